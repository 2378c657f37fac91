/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page-sections.h"

#include <math.h>
#include <string.h>

#include "base/parse.h"

static const struct {
	const char *begin;
	const char *end;
} pairs[] = { { "begin", "end" }, { "start", "stop" }, { "start", "end" } };

/* How long the name is before ":begin"; 0: that is not how it ends. */
static size_t stem_of(const char *name, const char *ending)
{
	size_t len = strlen(name);
	size_t tail = strlen(ending);

	if (len < tail + 2 || strcmp(name + len - tail, ending) != 0)
		return 0;
	return strchr(":.-_/ ", name[len - tail - 1]) ? len - tail - 1 : 0;
}

/* The mark after `from` that ends what it begins; the count where there is none. */
static size_t end_of(const struct run_record *record, size_t from, size_t pair)
{
	const char *name = record->marks[from].name;
	size_t stem = stem_of(name, pairs[pair].begin);

	for (size_t i = from + 1; stem > 0 && i < record->mark_count; i++) {
		const char *other = record->marks[i].name;

		if (stem_of(other, pairs[pair].end) == stem &&
		    strncmp(other, name, stem) == 0)
			return i;
	}
	return record->mark_count;
}

static double seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

static bool take_pair(const struct run_record *record, size_t from,
		      struct page_section *ret)
{
	for (size_t pair = 0; pair < ARRAY_SIZE(pairs); pair++) {
		size_t to = end_of(record, from, pair);

		if (to >= record->mark_count)
			continue;
		*ret = (struct page_section){ .from_s = seconds(record->marks[from].t_ns),
					      .to_s = seconds(record->marks[to].t_ns) };
		(void)copy_text(ret->name, sizeof ret->name, record->marks[from].name);
		ret->name[stem_of(record->marks[from].name, pairs[pair].begin)] = '\0';
		return true;
	}
	return false;
}

static size_t take_pairs(const struct run_record *record,
			 struct page_section ret[PAGE_SECTIONS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < record->mark_count && count < PAGE_SECTIONS_MAX; i++)
		count += take_pair(record, i, &ret[count]);
	return count;
}

static size_t take_rows(const struct run_record *record,
			struct page_section ret[PAGE_SECTIONS_MAX])
{
	size_t count = record->mark_count;

	if (count < 2 || count > PAGE_SECTIONS_MAX)
		return 0;
	for (size_t i = 0; i < count; i++) {
		int64_t to_ns = i + 1 < count ? record->marks[i + 1].t_ns
					      : record->info.duration_ns;

		ret[i] = (struct page_section){ .from_s = seconds(record->marks[i].t_ns),
						.to_s = seconds(to_ns) };
		(void)copy_text(ret[i].name, sizeof ret[i].name, record->marks[i].name);
	}
	return count;
}

/* --- joules ------------------------------------------------------------------------------- */

/* What was read of a section: joules, and the time they are of. */
struct read {
	double j;
	double s;
};

/* A bin's mean is of what was read of it, which is taken to be even in it. */
static struct read read_in(const struct run_curve *curve, const struct curve_lane *lane,
			   const double *watts, const struct page_section *section)
{
	struct read read = { 0, 0 };

	for (size_t i = 0; i < curve->bins; i++) {
		double bin_s = curve->edge_s[i + 1] - curve->edge_s[i];
		double from = fmax(section->from_s, curve->edge_s[i]);
		double to = fmin(section->to_s, curve->edge_s[i + 1]);
		double covered_s;

		if (!(to > from) || !isfinite(watts[i]))
			continue;
		covered_s = lane->covered_s[i] * (to - from) / bin_s;
		read.j += watts[i] * covered_s;
		read.s += covered_s;
	}
	return read;
}

static void weigh(const struct page_run *run, struct page_section *section)
{
	const struct run_curve *curve = &run->curve;
	double length_s = section->to_s - section->from_s;
	bool any = false, shared = false, whole = true;

	section->coverage_ratio = 1;
	for (size_t i = 0; i < curve->lane_count; i++) {
		const struct curve_lane *lane = &curve->lanes[i];
		struct read own = read_in(curve, lane, lane->attributed_w, section);
		struct read all = read_in(curve, lane, lane->machine_w, section);

		if (!run->view->components[lane->domain].what.counted)
			continue;
		any = any || all.s > 0;
		shared = shared || own.s > 0;
		whole = whole && (own.s > 0 || !(all.s > 0));
		section->attributed_w += own.s > 0 ? own.j / own.s : 0;
		section->attributed_j += own.j;
		section->machine_j += all.j;
		section->coverage_ratio = fmin(section->coverage_ratio,
					       length_s > 0 ? all.s / length_s : 0);
	}
	if (!any)
		section->machine_j = section->coverage_ratio = NAN;
	if (!shared || !whole)
		section->attributed_j = section->attributed_w = NAN;
}

size_t page_sections_of(const struct page_run *run,
			struct page_section ret[PAGE_SECTIONS_MAX])
{
	const struct run_record *record = &run->view->record;
	size_t count = take_pairs(record, ret);

	if (count == 0)
		count = take_rows(record, ret);
	for (size_t i = 0; i < count; i++)
		weigh(run, &ret[i]);
	return count;
}
