/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page-sections.h"

#include <math.h>
#include <stdlib.h>

double page_sections_w(double joules, double length_s, double coverage_ratio)
{
	double read_s = length_s * coverage_ratio;

	return read_s > 0 ? joules / read_s : NAN;
}

static double seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

static void take(const struct section_view *section, const struct section_time *time,
		 struct page_section *ret)
{
	double length_s = seconds(time->to_ns - time->from_ns);

	*ret = (struct page_section){
		.name = section->name,
		.from_s = seconds(time->from_ns),
		.to_s = seconds(time->to_ns),
		.attributed_j = time->attributed_j,
		.attributed_w = page_sections_w(time->attributed_j, length_s,
						time->coverage_ratio),
		.machine_j = time->machine_j,
		.coverage_ratio = time->coverage_ratio,
	};
}

/* Into its place by time; the last goes where there is no room. */
static size_t insert(const struct page_section *own, size_t count,
		     struct page_section ret[PAGE_SECTIONS_MAX])
{
	size_t at = count;

	while (at > 0 && ret[at - 1].from_s > own->from_s)
		at--;
	if (count < PAGE_SECTIONS_MAX)
		count++;
	for (size_t i = count - 1; i > at; i--)
		ret[i] = ret[i - 1];
	ret[at] = *own;
	return count;
}

size_t page_sections_of(const struct page_run *run,
			struct page_section ret[PAGE_SECTIONS_MAX])
{
	const struct run_view *view = run->view;
	size_t count = 0;

	for (size_t i = 0; i < view->section_count; i++) {
		const struct section_view *section = &view->sections[i];

		/* A section's own times come in order. */
		for (size_t k = 0; k < section->time_count && k < PAGE_SECTIONS_MAX;
		     k++) {
			struct page_section own;

			take(section, &section->times[k], &own);
			if (count == PAGE_SECTIONS_MAX &&
			    own.from_s >= ret[count - 1].from_s)
				break;
			count = insert(&own, count, ret);
		}
	}
	return count;
}
