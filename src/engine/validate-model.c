/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/validate-model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

#define LEVELS 11

static void ask_of(const struct machine_case *one, struct server_ask *ret)
{
	server_ask_init(ret);
	(void)copy_text(ret->cpu_name, sizeof ret->cpu_name, one->cpu_name);
	(void)copy_text(ret->vendor, sizeof ret->vendor, one->vendor);
	ret->chips = one->chips;
	ret->cores = one->cores;
	ret->threads = one->machine.threads;
	ret->mhz = one->mhz;
	ret->memory_gb = one->machine.memory_gb;
	ret->tdp_w = one->machine.tdp_w / one->chips;
	ret->year = one->year;
}

static void take_watts(const struct server_watts *watts, struct accuracy_case *ret)
{
	ret->guess = watts->w;
	ret->low90 = watts->low90;
	ret->high90 = watts->high90;
	ret->low95 = watts->low95;
	ret->high95 = watts->high95;
}

int validate_by_model(struct validate *v, const struct server_fit *fit,
		      const char *method, const struct machine_case *one)
{
	static const struct server_watts none = { (double)NAN, (double)NAN, (double)NAN,
						  (double)NAN, (double)NAN };
	struct accuracy_case said = { .truth = one->measured_w,
				      .group = one->group,
				      .group2 = one->group2,
				      .full = one->full_w };
	struct server_curve curve;
	struct server_ask ask;
	int r;

	ask_of(one, &ask);
	take_watts(&none, &said);
	r = isnan(one->machine.load_ratio) ? -ENODATA
					   : server_curve_of(fit, &ask, &curve, NULL);
	if (r == -ENOMEM)
		return r;
	if (r == 0) {
		struct server_watts watts =
			server_watts_at(&curve, one->machine.load_ratio);

		take_watts(&watts, &said);
	}
	return accuracy_add(v->accuracy, one->suite, method, &said);
}

/* A server of the table, to be judged together with those of its processor. */
struct listed {
	size_t row;
	char key[SERVER_KEY_MAX];
};

static int by_key(const void *a, const void *b)
{
	const struct listed *x = a;
	const struct listed *y = b;
	int r = strcmp(x->key, y->key);

	return r ? r : (x->row > y->row) - (x->row < y->row);
}

static int judge(struct validate *v, const struct table *table, size_t row,
		 const struct server_fit *fit, const char *method)
{
	struct machine_case one;

	validate_read_server(v, table, row, &one);
	for (size_t level = 0; level < LEVELS; level++) {
		int r;

		validate_read_level(table, row, level, &one);
		r = one.measured_w > 0 ? validate_by_model(v, fit, method, &one) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static void free_fit(struct server_fit **fit)
{
	server_fit_free(*fit);
}

/* A server of whose processor there are others: without those of the same figures. */
static int judge_seen(struct validate *v, const struct table *table,
		      const struct listed *server)
{
	CLEANUP(free_fit) struct server_fit *fit = NULL;
	struct server_point point;
	struct server_ask ask;
	struct machine_case one;
	int r;

	validate_read_server(v, table, server->row, &one);
	ask_of(&one, &ask);
	server_point_of(&ask, ask.chips, &point);
	r = server_fit_new(&(struct server_skip){ server->key, &point }, &fit);
	if (r < 0 || server_fit_members(fit, server->key) == 0)
		return r;
	return judge(v, table, server->row, fit, VALIDATE_MODEL_SEEN);
}

static int judge_processor(struct validate *v, const struct table *table,
			   const struct listed *servers, size_t count)
{
	CLEANUP(free_fit) struct server_fit *fit = NULL;
	int r = server_fit_new(&(struct server_skip){ .key = servers[0].key }, &fit);

	for (size_t i = 0; r == 0 && i < count; i++) {
		r = judge(v, table, servers[i].row, fit, VALIDATE_MODEL);
		if (r == 0 && count > 1)
			r = judge_seen(v, table, &servers[i]);
	}
	return r;
}

int validate_servers_by_model(struct validate *v, const struct table *table)
{
	size_t count = table_rows(table);
	AUTO_FREE struct listed *servers = calloc(count, sizeof *servers);
	size_t next;

	if (!servers)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct machine_case one;

		validate_read_server(v, table, i, &one);
		servers[i].row = i;
		server_key(one.cpu_name, servers[i].key, sizeof servers[i].key);
		if (!servers[i].key[0]) /* as the fit's table calls them */
			(void)copy_text(servers[i].key, sizeof servers[i].key, "unnamed");
	}
	qsort(servers, count, sizeof *servers, by_key);
	for (size_t i = 0; i < count; i = next) {
		int r;

		for (next = i + 1; next < count; next++)
			if (strcmp(servers[i].key, servers[next].key) != 0)
				break;
		r = judge_processor(v, table, &servers[i], next - i);
		if (r < 0)
			return r;
		if (v->progress)
			v->progress(v->progress_data, VALIDATE_SERVERS,
				    (double)next / (double)count);
	}
	return 0;
}
