/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front matter of a model card on the Hugging Face Hub: co2_eq_emissions, with emissions a
 * number of GRAMS (https://huggingface.co/docs/hub/model-cards-co2). What is not known is left
 * out; without emissions the whole key is, since the Hub takes it for a number. What the Hub
 * has no key for stands in comments.
 */
#include <stdio.h>
#include <string.h>

#include "report/number.h"
#include "report/shown.h"
#include "report/statement-words.h"

#define COMMENT_COLUMNS 88

/* --- YAML --------------------------------------------------------------------------------- */

/* What a YAML reader must not, or a person would not, see as it is. */
static bool is_escaped(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x061c ||
	       c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

/* A double-quoted scalar: the one kind that holds any text on one line. */
static void add_scalar(struct strbuf *out, const char *text)
{
	strbuf_add(out, "\"");
	for (const char *from = text; *from != '\0';) {
		const char *to = from;
		uint32_t c = shown_next(&to);

		if (c == SHOWN_BROKEN)
			strbuf_add(out, "\xef\xbf\xbd");
		else if (c == '"' || c == '\\')
			strbuf_printf(out, "\\%c", (char)c);
		else if (!is_escaped(c))
			strbuf_add_bytes(out, from, (size_t)(to - from));
		else if (c <= 0xff)
			strbuf_printf(out, "\\x%02x", (unsigned)c);
		else if (c <= 0xffff)
			strbuf_printf(out, "\\u%04x", (unsigned)c);
		else
			strbuf_printf(out, "\\U%08x", (unsigned)c);
		from = to;
	}
	strbuf_add(out, "\"");
}

static void add_comment(struct strbuf *out, const char *text)
{
	CLEANUP(strbuf_done) struct strbuf lines = STRBUF_INIT;
	const char *line;

	if (text[0] == '\0')
		return;
	shown_wrap(&lines, text, 0, COMMENT_COLUMNS);
	line = strbuf_part(out, &lines);
	while (*line != '\0') {
		size_t len = strcspn(line, "\n");

		strbuf_add(out, "# ");
		strbuf_add_bytes(out, line, len);
		strbuf_add(out, "\n");
		line += len + (line[len] == '\n');
	}
}

/* --- the keys ----------------------------------------------------------------------------- */

static void add_key(struct strbuf *out, const char *key, const struct strbuf *text)
{
	if (text->len == 0)
		return;
	strbuf_printf(out, "  %s: ", key);
	add_scalar(out, strbuf_part(out, text));
	strbuf_add(out, "\n");
}

static void say_source(const struct statement *s, struct strbuf *out)
{
	strbuf_printf(out, "gramme %s, method %s", s->version, s->method);
	if (s->given) {
		strbuf_add(out, ", of figures given by hand");
		return;
	}
	strbuf_add(out, ".");
	statement_say_basis(s, out);
}

/* "aws us-east-1, USA", "California, USA", "DE": a place that was found, never the world. */
static void location_of(const struct run_view *view, struct strbuf *out)
{
	const struct place *place = &view->place;
	bool is_code = false;

	if (strcmp(place->how, "world") == 0)
		return;
	if (place->cloud_region[0] != '\0') {
		strbuf_printf(out, "%s %s", place->cloud, place->cloud_region);
	} else if (place->state[0] != '\0') {
		strbuf_add(out, place->state);
	} else {
		strbuf_add(out, place->zone);
		is_code = strlen(place->zone) == 2;
	}
	if (!is_code && place->country[0] != '\0')
		strbuf_printf(out, "%s%s", out->len > 0 ? ", " : "", place->country);
}

static void say_location(const struct statement *s, struct strbuf *out)
{
	if (s->given)
		strbuf_add(out, s->country);
	else
		statement_each(s, location_of, out);
}

static void add_keys(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf source = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf training = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf location = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf hardware = STRBUF_INIT;
	char grams[64];

	number_digits(s->total.carbon_kg.value * 1000, 4, grams, sizeof grams);
	strbuf_printf(out, "co2_eq_emissions:\n  emissions: %s\n", grams);
	say_source(s, &source);
	strbuf_add(&training, s->facts.training_type);
	say_location(s, &location);
	statement_hardware(s, &hardware);
	add_key(out, "source", &source);
	add_key(out, "training_type", &training);
	add_key(out, "geographical_location", &location);
	add_key(out, "hardware_used", &hardware);
}

/* --- the comments ------------------------------------------------------------------------- */

static void say_grams(const struct statement *s, struct strbuf *out)
{
	struct quantity grams = s->total.carbon_kg;
	const char *why = statement_why_no_carbon(s);

	if (!grams.known) {
		strbuf_printf(out,
			      "The emissions are not known%s%s, so there is no "
			      "co2_eq_emissions.",
			      why[0] ? ": " : "", why);
		return;
	}
	grams.value *= 1000;
	grams.low *= 1000;
	grams.high *= 1000;
	strbuf_printf(out, "%s: ", s->of);
	statement_quantity(s, &grams, "g CO2e", out);
	strbuf_add(out, " from ");
	statement_quantity(s, &s->total.facility_kwh, "kWh", out);
	strbuf_add(out, ".");
}

static void write_comments(const struct statement *s, struct strbuf *out)
{
	static void (*const sayings[])(const struct statement *s, struct strbuf *out) = {
		say_grams,
		statement_say_runs,
		statement_say_boundary,
		statement_say_intensity,
	};

	for (size_t i = 0; i < ARRAY_SIZE(sayings); i++) {
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

		sayings[i](s, &text);
		add_comment(out, strbuf_part(out, &text));
	}
}

static void write_card(const struct statement *s, const struct report_opts *opts,
		       struct strbuf *out)
{
	(void)opts;
	strbuf_add(out, "---\n");
	write_comments(s, out);
	if (s->total.carbon_kg.known)
		add_keys(s, out);
	strbuf_add(out, "---\n");
}

const struct statement_form statement_huggingface = { .name = "huggingface",
						      .write = write_card };
