/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "calc/uncertainty.h"
#include "calc/wide.h"
#include "engine/live-power.h"

/* METHOD E-12, of a window, as of one second of it: windows of domains differ in length. */
static void part_of(const struct domain *domain, const struct live_window *window,
		    struct part *ret)
{
	uint64_t ns = (uint64_t)window->covered_ns;
	uint64_t edges =
		uncertainty_edges_uj(domain, window->energy_uj, window->covered_ns);
	uint64_t meter =
		uncertainty_meter_uj(domain, window->energy_uj, window->covered_ns);
	uint64_t second = (uint64_t)NS_PER_S;

	edges = wide_add(edges, window->ripple_uj);
	*ret = (struct part){
		.value_uj = wide_muldiv(window->energy_uj, second, ns),
		.meter_uj = wide_muldiv(meter, second, ns),
		.down_uj = wide_muldiv(edges, second, ns),
		.up_uj = wide_muldiv(wide_add(edges, window->maybe_lost_uj), second, ns),
	};
}

static void say_left_out(char *text, size_t size, const char *id)
{
	size_t len = strlen(text);

	(void)snprintf(text + len, size - len, "%s%s", len ? ", " : "without ", id);
}

void live_power_sum(const struct run_domain *domains, const struct live_window *windows,
		    uint32_t count, struct quantity *ret)
{
	struct part_sum sum = { .value_uj = 0 };
	struct bounded_uj bounds;

	*ret = (struct quantity){ .known = false, .kind = KIND_MEASURED };
	for (uint32_t i = 0; i < count; i++) {
		struct part part;

		if (!domains[i].counted)
			continue;
		if (windows[i].covered_ns <= 0) {
			say_left_out(ret->source, sizeof ret->source,
				     domains[i].domain.id);
			continue;
		}
		part_of(&domains[i].domain, &windows[i], &part);
		part_add(&sum, &part, domains[i].domain.family);
		ret->kind = kind_worse(ret->kind, domains[i].domain.kind);
		ret->known = true;
	}
	if (!ret->known)
		return;
	part_bounds(&sum, &bounds);
	ret->value = (double)bounds.value / (double)UJ_PER_J;
	ret->low = (double)bounds.low / (double)UJ_PER_J;
	ret->high = (double)bounds.high / (double)UJ_PER_J;
}
