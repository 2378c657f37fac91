/* SPDX-License-Identifier: Apache-2.0 */
#include "sampler/sampler.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define SOURCES_MAX    16
#define ACTIVITIES_MAX 8

struct sampler_source {
	const struct source *source;
	void *state;
	size_t domain_count;
	int32_t slot[DOMAINS_MAX];
	int64_t read_ns;
	int64_t next_ns;
};

struct sampler_activity {
	const struct activity *activity;
	void *state;
};

struct sampler {
	const struct host *host;
	int64_t period_ns;
	int64_t start_ns;
	int64_t start_asleep_ns;
	int64_t start_unix_ns;
	int64_t next_tick_ns;
	bool started;
	uint32_t domain_count;
	size_t source_count;
	size_t activity_count;
	struct sampler_source sources[SOURCES_MAX];
	struct sampler_activity activities[ACTIVITIES_MAX];
	struct reading scratch[DOMAINS_MAX];
};

int sampler_new(const struct host *host, int64_t period_ns, struct sampler **ret)
{
	struct sampler *sampler;

	if (period_ns < SAMPLER_PERIOD_MIN_NS || period_ns > SAMPLER_PERIOD_MAX_NS)
		return -ERANGE;
	sampler = calloc(1, sizeof *sampler);
	if (!sampler)
		return -ENOMEM;
	sampler->host = host;
	sampler->period_ns = period_ns;
	*ret = sampler;
	return 0;
}

void sampler_free(struct sampler *sampler)
{
	if (!sampler)
		return;
	for (size_t i = sampler->activity_count; i-- > 0;)
		sampler->activities[i].activity->close(sampler->activities[i].state);
	for (size_t i = sampler->source_count; i-- > 0;)
		sampler->sources[i].source->close(sampler->sources[i].state);
	free(sampler);
}

int sampler_add_source(struct sampler *sampler, const struct source *source, void *state,
		       const int32_t *slots, int64_t read_ns)
{
	struct sampler_source *own = &sampler->sources[sampler->source_count];
	const struct domain *domains;

	if (sampler->source_count == SOURCES_MAX)
		return -ENOSPC;
	own->source = source;
	own->state = state;
	own->domain_count = source->domains(state, &domains);
	assert(own->domain_count <= DOMAINS_MAX);
	own->read_ns = read_ns;
	own->next_ns = INT64_MAX;
	for (size_t i = 0; i < own->domain_count; i++) {
		own->slot[i] = slots[i];
		assert(slots[i] < DOMAINS_MAX);
		if (slots[i] >= 0 && (uint32_t)slots[i] >= sampler->domain_count)
			sampler->domain_count = (uint32_t)slots[i] + 1;
	}
	if (sampler->started && read_ns < sampler->period_ns)
		own->next_ns = host_now_ns(sampler->host);
	sampler->source_count++;
	return 0;
}

int sampler_add_activity(struct sampler *sampler, const struct activity *activity,
			 void *state)
{
	if (sampler->activity_count == ACTIVITIES_MAX)
		return -ENOSPC;
	sampler->activities[sampler->activity_count++] =
		(struct sampler_activity){ activity, state };
	return 0;
}

int64_t sampler_next(const struct sampler *sampler, enum read_why *ret_why)
{
	int64_t next_ns = sampler->next_tick_ns;

	*ret_why = READ_TICK;
	for (size_t i = 0; i < sampler->source_count; i++) {
		if (sampler->sources[i].next_ns < next_ns) {
			next_ns = sampler->sources[i].next_ns;
			*ret_why = READ_PACE;
		}
	}
	return next_ns;
}

static void start(struct sampler *sampler)
{
	const struct host *host = sampler->host;

	sampler->start_ns = host_now_ns(host);
	sampler->start_asleep_ns = host_clock_ns(host, HOST_BOOTTIME) - sampler->start_ns;
	sampler->start_unix_ns = host_clock_ns(host, HOST_REALTIME);
	sampler->next_tick_ns = sampler->start_ns + sampler->period_ns;
	sampler->started = true;
}

/* Moves the grid's next tick past now and returns how many were lost. */
static uint32_t pass_ticks(struct sampler *sampler, int64_t now_ns)
{
	int64_t late_ns = now_ns - sampler->next_tick_ns;
	int64_t lost;

	if (late_ns < 0)
		return 0;
	lost = late_ns / sampler->period_ns;
	sampler->next_tick_ns += (lost + 1) * sampler->period_ns;
	return lost > UINT32_MAX ? UINT32_MAX : (uint32_t)lost;
}

static void read_source(struct sampler *sampler, struct sampler_source *own,
			enum read_why why, struct frame *frame)
{
	memset(sampler->scratch, 0, own->domain_count * sizeof sampler->scratch[0]);
	own->source->read(own->state, why, sampler->scratch);
	for (size_t i = 0; i < own->domain_count; i++)
		if (own->slot[i] >= 0)
			frame->reading[own->slot[i]] = sampler->scratch[i];
	if (own->read_ns < sampler->period_ns)
		own->next_ns = host_now_ns(sampler->host) + own->read_ns;
}

static void read_use(struct sampler *sampler, enum read_why why, struct frame *frame)
{
	frame->use.t_ns = host_now_ns(sampler->host);
	for (size_t i = 0; i < sampler->activity_count; i++)
		sampler->activities[i].activity->read(sampler->activities[i].state, why,
						      &frame->use);
	frame->gpu_count = GPUS_MAX;
	while (frame->gpu_count > 0 && frame->use.gpu[frame->gpu_count - 1].has == 0)
		frame->gpu_count--;
}

/* Readings beyond the count are not looked at, and most of a frame. */
static void clear(struct frame *frame, uint32_t domain_count)
{
	memset(frame, 0, offsetof(struct frame, reading));
	memset(frame->reading, 0, domain_count * sizeof frame->reading[0]);
	memset(&frame->use, 0, sizeof frame->use);
}

void sampler_take(struct sampler *sampler, enum read_why why, struct frame *ret)
{
	int64_t now_ns;

	if (!sampler->started)
		start(sampler);
	clear(ret, sampler->domain_count);
	now_ns = host_now_ns(sampler->host);
	ret->t_ns = now_ns - sampler->start_ns;
	ret->asleep_ns = host_clock_ns(sampler->host, HOST_BOOTTIME) - now_ns -
			 sampler->start_asleep_ns;
	ret->why = why;
	ret->domain_count = sampler->domain_count;
	if (why == READ_TICK)
		ret->missed = pass_ticks(sampler, now_ns);
	for (size_t i = 0; i < sampler->source_count; i++) {
		struct sampler_source *own = &sampler->sources[i];

		if (why != READ_PACE || own->next_ns <= now_ns)
			read_source(sampler, own, why, ret);
	}
	if (why != READ_PACE)
		read_use(sampler, why, ret);
}

int64_t sampler_start_ns(const struct sampler *sampler)
{
	return sampler->start_ns;
}

int64_t sampler_start_unix_ns(const struct sampler *sampler)
{
	return sampler->start_unix_ns;
}
