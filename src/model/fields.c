/* SPDX-License-Identifier: Apache-2.0 */
#include "model/fields.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/macro.h"

/* A type's or a field's name cannot stand in parentheses. */
/* NOLINTBEGIN(bugprone-macro-parentheses) */

/* The model's word lists, with one type for all. */
#define MODEL_WORDS(type)                                                                \
	static const char *type##_word(unsigned value)                                   \
	{                                                                                \
		return type##_text((enum type)value);                                    \
	}                                                                                \
                                                                                         \
	static int type##_value(const char *text, unsigned *ret)                         \
	{                                                                                \
		enum type value;                                                         \
		int err = type##_of_text(text, &value);                                  \
                                                                                         \
		if (err < 0)                                                             \
			return err;                                                      \
		*ret = (unsigned)value;                                                  \
		return 0;                                                                \
	}                                                                                \
                                                                                         \
	static const struct field_words type##_words = { type##_word, type##_value };

MODEL_WORDS(kind)
MODEL_WORDS(boundary)
MODEL_WORDS(family)
MODEL_WORDS(run_state)

static int index_of(const char *const *words, size_t count, const char *text,
		    unsigned *ret)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], text) == 0) {
			*ret = (unsigned)i;
			return 0;
		}
	return -EPROTO;
}

/* Words of the ledger alone. They are its format: never changed, only added to. */
#define OWN_WORDS(name, linkage, ...)                                                    \
	static const char *const name##_list[] = { __VA_ARGS__ };                        \
                                                                                         \
	static const char *name##_word(unsigned value)                                   \
	{                                                                                \
		return value < ARRAY_SIZE(name##_list) ? name##_list[value] : "unknown"; \
	}                                                                                \
                                                                                         \
	static int name##_value(const char *text, unsigned *ret)                         \
	{                                                                                \
		return index_of(name##_list, ARRAY_SIZE(name##_list), text, ret);        \
	}                                                                                \
                                                                                         \
	linkage const struct field_words field_##name##_words = { name##_word,           \
								  name##_value };

OWN_WORDS(measure, static, [MEASURE_ENERGY] = "energy", [MEASURE_POWER] = "power")
OWN_WORDS(gap, , [GAP_READ_FAILED] = "read-failed", [GAP_WENT_BACK] = "went-back",
	  [GAP_STOOD_STILL] = "stood-still", [GAP_RESET] = "reset", [GAP_LATE] = "late",
	  [GAP_IMPLAUSIBLE] = "implausible")

#define AT(type, field)                                                                  \
	.offset = offsetof(type, field), .size = sizeof(((type *)0)->field)
#define RUN(name, kind) .column = #name, .type = kind, AT(struct run_info, name)
#define RUN_HAS(flag)   .has = offsetof(struct run_info, flag)
#define RESERVE(name, kind)                                                              \
	.column = "reserve_" #name, .type = kind, AT(struct run_info, reserve.name)

static const struct field run_fields[] = {
	{ RUN(id, FIELD_TEXT), .fixed = true },
	{ RUN(name, FIELD_TEXT), .fixed = true },
	{ RUN(command_json, FIELD_OWNED), .fixed = true },
	{ RUN(directory, FIELD_OWNED), .fixed = true },
	{ RUN(state, FIELD_WORD), .words = &run_state_words },
	{ RUN(exit_status, FIELD_INT), RUN_HAS(has_exit_status) },
	{ RUN(how, FIELD_TEXT), .fixed = true },
	{ RUN(started_unix_ns, FIELD_I64), .fixed = true },
	{ RUN(zone, FIELD_TEXT), .fixed = true },
	{ RUN(duration_ns, FIELD_I64) },
	{ RUN(period_ns, FIELD_I64) },
	{ RUN(root_pid, FIELD_I64) },
	{ RUN(tracker_pid, FIELD_I64) },
	{ RUN(tracker_start, FIELD_I64) },
	{ RUN(boot_id, FIELD_TEXT) },
	{ RUN(pue, FIELD_REAL), .absent = 0 },
	{ RUN(pue_source, FIELD_TEXT) },
	{ RUN(region, FIELD_TEXT) },
	{ RUN(region_how, FIELD_TEXT) },
	{ RUN(region_from, FIELD_TEXT) },
	{ RUN(latitude, FIELD_REAL), RUN_HAS(has_position), .absent = NAN },
	{ RUN(longitude, FIELD_REAL), RUN_HAS(has_position), .absent = NAN },
	{ RUN(grid, FIELD_TEXT) },
	{ RUN(grid_marginal, FIELD_TEXT) },
	{ RUN(version, FIELD_TEXT) },
	{ RESERVE(cpu_permille, FIELD_U32) },
	{ RESERVE(mem_permille, FIELD_U32) },
	{ RESERVE(how, FIELD_TEXT) },
	{ RUN(samples, FIELD_U32) },
	{ RUN(missed, FIELD_U32) },
	{ RUN(processes_seen, FIELD_U32) },
	{ RUN(processes_ended, FIELD_U32) },
	{ RUN(scope_cpu_ns, FIELD_U64), RUN_HAS(has_scope_cpu) },
	{ RUN(machine_cpu_ns, FIELD_U64), RUN_HAS(has_machine_cpu) },
	{ RUN(tracker_cpu_ns, FIELD_U64) },
	{ RUN(tracker_rss_kib, FIELD_U64) },
	{ RUN(tracker_written_bytes, FIELD_U64) },
	{ RUN(attributed_j, FIELD_REAL), .absent = -1 },
	{ RUN(machine_j, FIELD_REAL), .absent = -1 },
	{ RUN(energy_kind, FIELD_WORD), .words = &kind_words },
};

#define DOMAIN(name, kind)                                                               \
	.column = #name, .type = kind, AT(struct run_domain, domain.name)
#define OF_RUN(name, kind) .column = #name, .type = kind, AT(struct run_domain, name)

static const struct field domain_fields[] = {
	{ DOMAIN(id, FIELD_TEXT) },
	{ DOMAIN(device, FIELD_TEXT) },
	{ DOMAIN(label, FIELD_TEXT) },
	{ DOMAIN(inside, FIELD_TEXT) },
	{ DOMAIN(duplicate_of, FIELD_TEXT) },
	{ DOMAIN(note, FIELD_TEXT) },
	{ DOMAIN(family, FIELD_WORD), .words = &family_words },
	{ DOMAIN(kind, FIELD_WORD), .words = &kind_words },
	{ DOMAIN(boundary, FIELD_WORD), .words = &boundary_words },
	{ DOMAIN(measure, FIELD_WORD), .words = &field_measure_words },
	{ DOMAIN(gpu, FIELD_INT) },
	{ DOMAIN(range_uj, FIELD_U64) },
	{ DOMAIN(step_uj, FIELD_U64) },
	{ DOMAIN(update_ns, FIELD_I64) },
	{ DOMAIN(max_uw, FIELD_U64) },
	{ DOMAIN(pace_ns, FIELD_I64) },
	{ DOMAIN(gain_u_permille, FIELD_U32) },
	{ DOMAIN(offset_u_uw, FIELD_U64) },
	{ OF_RUN(source, FIELD_TEXT) },
	{ OF_RUN(counted, FIELD_BOOL) },
	{ OF_RUN(why_not, FIELD_TEXT) },
	{ OF_RUN(maybe_lost_uj, FIELD_U64) },
	{ OF_RUN(ripple_uj, FIELD_U64) },
	{ OF_RUN(wraps, FIELD_U32) },
};

#define OF_PLACE(name, kind, member)                                                     \
	.column = name, .type = kind, AT(struct place, member)
#define POSITION .has = offsetof(struct place, has_position), .absent = NAN

static const struct field place_fields[] = {
	{ OF_PLACE("name", FIELD_TEXT, text) },
	{ OF_PLACE("how", FIELD_TEXT, how) },
	{ OF_PLACE("told_by", FIELD_TEXT, from) },
	{ OF_PLACE("zone", FIELD_TEXT, zone) },
	{ OF_PLACE("country", FIELD_TEXT, country) },
	{ OF_PLACE("iso2", FIELD_TEXT, iso2) },
	{ OF_PLACE("state", FIELD_TEXT, state) },
	{ OF_PLACE("cloud", FIELD_TEXT, cloud) },
	{ OF_PLACE("cloud_region", FIELD_TEXT, cloud_region) },
	{ OF_PLACE("latitude", FIELD_REAL, latitude), POSITION },
	{ OF_PLACE("longitude", FIELD_REAL, longitude), POSITION },
	{ OF_PLACE("note", FIELD_TEXT, note) },
};

#define OF_WEIGHING(name, kind) .column = #name, .type = kind, AT(struct weighing, name)
#define AMOUNT(name, quantity, member)                                                   \
	.column = name, .type = FIELD_REAL, AT(struct weighing, quantity.member),        \
	.has = offsetof(struct weighing, quantity.known), .absent = NAN
#define AMOUNT_KIND(name, quantity)                                                      \
	.column = name, .type = FIELD_WORD, AT(struct weighing, quantity.kind),          \
	.words = &kind_words
#define AMOUNT_SOURCE(name, quantity)                                                    \
	.column = name, .type = FIELD_TEXT, AT(struct weighing, quantity.source)

static const struct field weighing_fields[] = {
	{ AMOUNT("facility_kwh", facility_kwh, value) },
	{ AMOUNT("facility_low_kwh", facility_kwh, low) },
	{ AMOUNT("facility_high_kwh", facility_kwh, high) },
	{ AMOUNT_KIND("facility_kind", facility_kwh) },
	{ AMOUNT_SOURCE("facility_source", facility_kwh) },
	{ AMOUNT("carbon_kg", carbon_kg, value) },
	{ AMOUNT("carbon_low_kg", carbon_kg, low) },
	{ AMOUNT("carbon_high_kg", carbon_kg, high) },
	{ AMOUNT_KIND("carbon_kind", carbon_kg) },
	{ AMOUNT_SOURCE("carbon_source", carbon_kg) },
	{ AMOUNT("intensity_gpkwh", intensity_gpkwh, value) },
	{ AMOUNT("intensity_low_gpkwh", intensity_gpkwh, low) },
	{ AMOUNT("intensity_high_gpkwh", intensity_gpkwh, high) },
	{ AMOUNT_KIND("intensity_kind", intensity_gpkwh) },
	{ AMOUNT_SOURCE("intensity_source", intensity_gpkwh) },
	{ OF_WEIGHING(place, FIELD_TEXT) },
	{ OF_WEIGHING(grid, FIELD_TEXT) },
	{ OF_WEIGHING(method, FIELD_TEXT) },
	{ OF_WEIGHING(data_version, FIELD_TEXT) },
};

/* NOLINTEND(bugprone-macro-parentheses) */

struct fields fields_of_run(void)
{
	return (struct fields){ run_fields, ARRAY_SIZE(run_fields) };
}

struct fields fields_of_domain(void)
{
	return (struct fields){ domain_fields, ARRAY_SIZE(domain_fields) };
}

struct fields fields_of_place(void)
{
	return (struct fields){ place_fields, ARRAY_SIZE(place_fields) };
}

struct fields fields_of_weighing(void)
{
	return (struct fields){ weighing_fields, ARRAY_SIZE(weighing_fields) };
}
