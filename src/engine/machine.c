/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/machine.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/ledger.h"
#include "calc/series.h"

int machine_new(const struct host *host, struct machine **ret)
{
	struct machine *machine = calloc(1, sizeof *machine);

	if (!machine)
		return -ENOMEM;
	assert(source_row_count <= MACHINE_SOURCES_MAX);
	machine->host = host;
	machine->source_count = source_row_count;
	for (size_t i = 0; i < source_row_count; i++) {
		machine->sources[i].source = source_rows[i].source;
		machine->sources[i].about = source_rows[i].about;
		machine->sources[i].err = -EAGAIN;
		machine->sources[i].read_ns = INT64_MAX;
	}
	*ret = machine;
	return 0;
}

void machine_free(struct machine *machine)
{
	if (!machine)
		return;
	for (size_t i = 0; i < machine->source_count; i++)
		if (machine->sources[i].state)
			machine->sources[i].source->close(machine->sources[i].state);
	free(machine);
}

static const struct run_domain *in_use(const struct machine *machine, const char *id)
{
	for (uint32_t i = 0; i < machine->domain_count; i++)
		if (strcmp(machine->domains[i].domain.id, id) == 0)
			return &machine->domains[i];
	return NULL;
}

static bool is_measured_part(const struct run_domain *own)
{
	return own->domain.boundary == BOUNDARY_COMPONENT &&
	       own->domain.kind <= KIND_DERIVED;
}

/* A counter that shows 0 has not proved that it counts: virtual machines have such. */
static bool is_proved(const struct machine *machine, uint32_t slot)
{
	for (size_t i = 0; i < machine->source_count; i++) {
		const struct machine_source *source = &machine->sources[i];

		for (size_t k = 0; k < source->domain_count; k++)
			if (source->slot[k] == (int32_t)slot)
				return source->first[k].energy_uj > 0 ||
				       source->first[k].power_uw > 0;
	}
	return false;
}

/*
 * An estimate is needless for a family of which something is measured. Beside a counter that
 * is not proved it is recorded all the same: at the end one of the two is counted.
 */
static const struct run_domain *measured_family(const struct machine *machine,
						enum family family)
{
	for (uint32_t i = 0; i < machine->domain_count; i++) {
		const struct run_domain *own = &machine->domains[i];

		if (own->domain.family == family && is_measured_part(own) &&
		    is_proved(machine, i))
			return own;
	}
	return NULL;
}

/* "" when the domain is wanted, else the reason against it. */
static void reason_against(const struct machine *machine,
			   const struct machine_source *source, size_t i, char *buf,
			   size_t size)
{
	const struct domain *domain = &source->domains[i];
	const struct run_domain *other = in_use(machine, domain->id);

	buf[0] = '\0';
	if (domain->duplicate_of[0] != '\0')
		(void)snprintf(buf, size, "the same counter as %s", domain->duplicate_of);
	else if (other)
		(void)snprintf(buf, size, "%s reads it", other->source);
	else if (source->first[i].err != 0)
		(void)copy_text(buf, size, diag_errno_text(source->first[i].err));
	else if (domain->kind == KIND_MODELLED &&
		 (other = measured_family(machine, domain->family)))
		(void)snprintf(buf, size, "%s is measured", other->domain.id);
	else if (machine->domain_count == DOMAINS_MAX)
		(void)snprintf(buf, size, "more than %d domains", DOMAINS_MAX);
}

static void take_domain(struct machine *machine, struct machine_source *source, size_t i)
{
	struct run_domain *own = &machine->domains[machine->domain_count];
	const struct domain *domain = &source->domains[i];
	int64_t read_ns = series_wrap_guard_ns(domain);

	memset(own, 0, sizeof *own);
	own->domain = *domain;
	(void)copy_text(own->source, sizeof own->source, source->source->name);
	source->slot[i] = (int32_t)machine->domain_count++;
	source->reason[i][0] = '\0';
	if (domain->pace_ns > 0 && domain->pace_ns < read_ns)
		read_ns = domain->pace_ns;
	if (read_ns < source->read_ns)
		source->read_ns = read_ns;
}

static void open_source(struct machine *machine, struct machine_source *source)
{
	source->tried = true;
	source->err = source->source->open(machine->host, &source->diag, &source->state);
	if (source->err < 0)
		return;
	source->domain_count = source->source->domains(source->state, &source->domains);
	assert(source->domain_count <= DOMAINS_MAX);
	source->source->read(source->state, READ_EDGE, source->first);
	for (size_t i = 0; i < source->domain_count; i++) {
		source->slot[i] = -1;
		reason_against(machine, source, i, source->reason[i],
			       sizeof source->reason[i]);
		if (source->reason[i][0] == '\0')
			take_domain(machine, source, i);
	}
}

/*
 * A part that did not answer when it was tried, but may later (an I/O error, not a missing
 * permission), and that nobody else reads, is kept: it will show as a gap, not as nothing.
 */
static void take_silent_domains(struct machine *machine, struct machine_source *source)
{
	for (size_t i = 0; i < source->domain_count; i++) {
		const struct domain *domain = &source->domains[i];
		int err = source->first[i].err;

		if (source->slot[i] < 0 && err != 0 && err != -EACCES && err != -EPERM &&
		    domain->boundary == BOUNDARY_COMPONENT &&
		    domain->duplicate_of[0] == '\0' && !in_use(machine, domain->id) &&
		    machine->domain_count < DOMAINS_MAX)
			take_domain(machine, source, i);
	}
}

void machine_open(struct machine *machine, enum machine_phase phase)
{
	for (size_t i = 0; i < machine->source_count; i++) {
		struct machine_source *source = &machine->sources[i];
		bool slow = source->source->flags & SOURCE_SLOW;

		if (!source->tried && slow == (phase == MACHINE_SLOW))
			open_source(machine, source);
	}
	for (size_t i = 0; i < machine->source_count; i++)
		if (machine->sources[i].state)
			take_silent_domains(machine, &machine->sources[i]);
	ledger_decide(machine->domains, machine->domain_count);
}

bool machine_measures(const struct machine *machine)
{
	for (uint32_t i = 0; i < machine->domain_count; i++)
		if (is_measured_part(&machine->domains[i]))
			return true;
	return false;
}
