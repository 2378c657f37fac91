/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Green Algorithms calculator asks for (Lannelongue, Grealey, Inouye: Green
 * Algorithms: quantifying the carbon footprint of computation, Advanced Science 8 (2021)
 * 2100707, doi:10.1002/advs.202100707; http://calculator.green-algorithms.org), and its own
 * answer beside ours:
 *
 *	kWh = t (n_c P_c u_c + n_g P_g u_g + n_m P_m) PUE PSF / 1000,  g = kWh CI
 *
 * with P_m = 0.3725 W a GB, P_c a core's share of the design power, u the usage. Its answer is
 * given only where every one of these is known. Runs that differ in nothing but time and
 * usage are one block: the formula is linear in them.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/json-value.h"
#include "report/shown.h"
#include "report/statement-facts.h"
#include "report/statement-words.h"

#define MEMORY_W_PER_GB 0.3725
#define HOUR_S          3600.0
#define LABEL_COLUMNS   20
#define TEXT_COLUMN     24

/* Not known: 0, and of a usage -1. */
struct inputs {
	size_t runs;
	double hours;
	const char *cpu;
	double cores;
	double threads;
	double cpu_tdp_w; /* of all the machine's chips */
	double cpu_usage; /* of all its threads */
	const char *gpu;
	size_t gpus;
	double gpu_tdp_w; /* of one */
	double gpu_usage;
	double memory_gb;
	const struct factor *pue;
	const struct factor *intensity;
	bool several_intensities;
	double our_kwh; /* < 0: not known */
	double our_g;
};

/* --- from a run --------------------------------------------------------------------------- */

static double number_at(const json_t *object, const char *key)
{
	return fmax(json_number_value(json_object_get(object, key)), 0);
}

/* One kind of board, or none that can be told: the calculator has one field. */
static void take_boards(const json_t *gpus, struct inputs *in)
{
	const json_t *first = json_array_get(gpus, 0);

	in->gpus = json_array_size(gpus);
	in->gpu = json_string_value(json_object_get(first, "name"));
	in->gpu_tdp_w = number_at(first, "tdp_w");
	for (size_t i = 1; i < in->gpus; i++) {
		const char *name = json_string_value(
			json_object_get(json_array_get(gpus, i), "name"));

		if (in->gpu && name && strcmp(in->gpu, name) == 0)
			continue;
		in->gpu = NULL;
		in->gpu_tdp_w = 0;
	}
}

static double gpu_usage_of(const struct run_view *view)
{
	double sum = 0;

	for (size_t i = 0; i < view->gpu_count; i++) {
		if (!view->gpus[i].has_sm)
			return -1;
		sum += view->gpus[i].scope_sm_ratio;
	}
	return view->gpu_count > 0 ? sum / (double)view->gpu_count : -1;
}

static double cpu_usage_of(const struct run_info *info, double threads)
{
	double most_ns = threads * (double)info->duration_ns;

	if (!info->has_scope_cpu || most_ns <= 0)
		return -1;
	return fmin((double)info->scope_cpu_ns / most_ns, 1);
}

/* hardware is the run's, and lives as long as the result. */
static void take_run(const struct run_view *view, const json_t *hardware,
		     struct inputs *in)
{
	const json_t *cpu = json_object_get(hardware, "cpu");
	const struct run_info *info = &view->record.info;

	memset(in, 0, sizeof *in);
	in->runs = 1;
	in->hours = (double)info->duration_ns / NS_PER_S / HOUR_S;
	in->cpu = json_string_value(json_object_get(cpu, "name"));
	in->cores = number_at(cpu, "cores");
	in->threads = number_at(cpu, "threads");
	in->cpu_tdp_w = number_at(cpu, "tdp_w");
	in->cpu_usage = cpu_usage_of(info, in->threads);
	take_boards(json_object_get(hardware, "gpus"), in);
	in->gpu_usage = gpu_usage_of(view);
	in->memory_gb = number_at(hardware, "memory_bytes") / 1e9;
	in->pue = &view->pue;
	in->intensity = &view->intensity;
	in->our_kwh = view->facility_kwh.known ? view->facility_kwh.value : -1;
	in->our_g = view->carbon_kg.known ? 1000 * view->carbon_kg.value : -1;
}

/* --- runs of one block -------------------------------------------------------------------- */

static bool is_same_factor(const struct factor *a, const struct factor *b)
{
	return a->value.known == b->value.known &&
	       (!a->value.known || a->value.value == b->value.value);
}

static bool is_same_block(const struct run_view *a, const struct run_view *b)
{
	const char *one = a->record.hardware_json;
	const char *other = b->record.hardware_json;

	return (one == other || (one && other && strcmp(one, other) == 0)) &&
	       strcmp(a->intensity.zone, b->intensity.zone) == 0 &&
	       is_same_factor(&a->pue, &b->pue);
}

static double mean(double a, double of_a, double b, double of_b)
{
	if (a < 0 || b < 0)
		return -1;
	return of_a + of_b > 0 ? (a * of_a + b * of_b) / (of_a + of_b) : a;
}

static double sum_known(double a, double b)
{
	return a < 0 || b < 0 ? -1 : a + b;
}

static void add_run(struct inputs *in, const struct inputs *more)
{
	in->cpu_usage = mean(in->cpu_usage, in->hours, more->cpu_usage, more->hours);
	in->gpu_usage = mean(in->gpu_usage, in->hours, more->gpu_usage, more->hours);
	in->several_intensities |= !is_same_factor(in->intensity, more->intensity);
	in->hours += more->hours;
	in->our_kwh = sum_known(in->our_kwh, more->our_kwh);
	in->our_g = sum_known(in->our_g, more->our_g);
	in->runs++;
}

/* --- its formula -------------------------------------------------------------------------- */

/* -1 where an input is missing. */
static double their_kwh(const struct inputs *in)
{
	double gpu_w = 0;
	double cpu_w;

	if (in->cpu_tdp_w <= 0 || in->cpu_usage < 0 || in->memory_gb <= 0 ||
	    !in->pue->value.known)
		return -1;
	if (in->gpus > 0 && (in->gpu_tdp_w <= 0 || in->gpu_usage < 0))
		return -1;
	cpu_w = in->cpu_tdp_w * in->cpu_usage;
	if (in->gpus > 0)
		gpu_w = (double)in->gpus * in->gpu_tdp_w * in->gpu_usage;
	return in->hours * (cpu_w + gpu_w + in->memory_gb * MEMORY_W_PER_GB) *
	       in->pue->value.value / 1000;
}

/* The mean that our grams have, where the runs' differ; -1: not known. */
static double intensity_of(const struct inputs *in)
{
	if (!in->several_intensities)
		return in->intensity->value.known ? in->intensity->value.value : -1;
	return in->our_g < 0 || in->our_kwh <= 0 ? -1 : in->our_g / in->our_kwh;
}

/* --- the lines ---------------------------------------------------------------------------- */

static void add_line(struct strbuf *out, const char *label, struct strbuf *text)
{
	strbuf_printf(out, "  %-*s  ", LABEL_COLUMNS, label);
	shown_wrap(out, text->len > 0 ? strbuf_part(out, text) : "not known", TEXT_COLUMN,
		   80);
	strbuf_done(text);
	*text = (struct strbuf)STRBUF_INIT;
}

static void say_figure(struct strbuf *text, double value, const char *rest)
{
	char figure[FACTS_FIGURE_MAX];

	facts_figure(value, figure, sizeof figure);
	strbuf_printf(text, "%s%s", figure, rest);
}

static void add_cpu(const struct inputs *in, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (in->cores > 0)
		say_figure(&text, in->cores, "");
	else if (in->threads > 0)
		say_figure(&text, in->threads,
			   " threads; how many cores they are is not known");
	add_line(out, "Number of cores", &text);
	strbuf_add(&text, in->cpu ? in->cpu : "");
	add_line(out, "Model of CPU", &text);
	if (in->cpu_tdp_w > 0 && in->cores > 0)
		say_figure(&text, in->cpu_tdp_w / in->cores, " W");
	else
		strbuf_add(&text, "not known: choose the model in its list");
	add_line(out, "Power of a core", &text);
	if (in->cpu_usage >= 0)
		say_figure(&text, in->cpu_usage, " of all cores, measured");
	add_line(out, "Usage of CPU", &text);
}

static void add_gpu(const struct inputs *in, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (in->gpus == 0)
		return;
	strbuf_printf(&text, "%zu", in->gpus);
	add_line(out, "Number of GPUs", &text);
	strbuf_add(&text,
		   in->gpu ? in->gpu : "several kinds, of which it takes one at a time");
	add_line(out, "Model of GPU", &text);
	if (in->gpu_tdp_w > 0)
		say_figure(&text, in->gpu_tdp_w, " W");
	else
		strbuf_add(&text, "not known: choose the model in its list");
	add_line(out, "Power of a GPU", &text);
	if (in->gpu_usage >= 0)
		say_figure(&text, in->gpu_usage, " of all GPUs, measured");
	add_line(out, "Usage of GPU", &text);
}

static void add_runtime(const struct inputs *in, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	double minutes = round(in->hours * 60);

	strbuf_printf(&text, "%.0f h %.0f min (", floor(minutes / 60), fmod(minutes, 60));
	say_figure(&text, in->hours, " h)");
	if (in->runs > 1)
		strbuf_printf(&text, ", %zu runs together", in->runs);
	add_line(out, "Runtime", &text);
	strbuf_add(&text, in->gpus > 0 ? "Both" : "CPU");
	add_line(out, "Type of cores", &text);
}

static void add_place(const struct inputs *in, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	double intensity = intensity_of(in);

	if (in->memory_gb > 0)
		say_figure(&text, in->memory_gb, " GB, all of the machine's");
	add_line(out, "Memory available", &text);
	if (intensity >= 0 && strcmp(in->intensity->zone, "WORLD") == 0)
		strbuf_add(&text, "not known; the world's mean, ");
	else if (intensity >= 0 && in->intensity->zone[0] != '\0')
		strbuf_printf(&text, "%s, ", in->intensity->zone);
	if (intensity >= 0)
		say_figure(&text, intensity,
			   in->several_intensities ? " gCO2e/kWh, the mean by energy"
						   : " gCO2e/kWh");
	add_line(out, "Location", &text);
	if (in->pue->value.known)
		say_figure(&text, in->pue->value.value, "");
	add_line(out, "PUE", &text);
	strbuf_add(&text, "1: every run is counted as itself");
	add_line(out, "PSF", &text);
}

static void say_result(double kwh, double g, struct strbuf *text)
{
	if (kwh < 0) {
		strbuf_add(text, "not known");
		return;
	}
	say_figure(text, kwh, " kWh, ");
	if (g >= 0)
		say_figure(text, g, " gCO2e");
	else
		strbuf_add(text, "carbon not known");
}

static void add_results(const struct inputs *in, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	double kwh = their_kwh(in);
	double intensity = intensity_of(in);

	say_result(kwh, intensity < 0 ? -1 : kwh * intensity, &text);
	strbuf_add(&text, kwh < 0 ? ": one of its inputs is, so its formula was not used"
				  : ", computed here by its published formula");
	add_line(out, "By its formula", &text);
	say_result(in->our_kwh, in->our_g, &text);
	add_line(out, "By gramme", &text);
}

static void write_block(const struct statement *s, size_t first, struct strbuf *out)
{
	const struct run_view *view = &s->views[first];
	CLEANUP(json_value_release)
	json_t *hardware = json_value_parse(view->record.hardware_json, JSON_OBJECT);
	struct inputs in;

	take_run(view, hardware, &in);
	for (size_t i = first + 1; i < s->count; i++) {
		struct inputs more;

		if (!statement_adds(s, i) || !is_same_block(view, &s->views[i]))
			continue;
		take_run(&s->views[i], hardware, &more);
		add_run(&in, &more);
	}
	strbuf_add(out, "\n");
	add_runtime(&in, out);
	add_cpu(&in, out);
	add_gpu(&in, out);
	add_place(&in, out);
	add_results(&in, out);
}

/* --- all of it ---------------------------------------------------------------------------- */

static void write_head(const struct statement *s, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	strbuf_printf(&text, "Inputs for the Green Algorithms calculator, of %s.", s->of);
	statement_say_runs(s, &text);
	shown_wrap(out, strbuf_part(out, &text), 0, 80);
}

static void write_foot(struct strbuf *out)
{
	strbuf_add(out, "\n");
	shown_wrap(
		out,
		"Its formula: kWh = hours x (cores x W x usage + GPUs x W x usage + GB "
		"x 0.3725 W) x PUE x PSF / 1000, and gCO2e = kWh x location. It takes "
		"design power for what a processor draws and all memory as the run's; "
		"gramme's figure is of what was metered or estimated for the run's "
		"share.",
		0, 80);
	strbuf_add(out, "\n");
	shown_wrap(out,
		   "L. Lannelongue, J. Grealey, M. Inouye. Green Algorithms: Quantifying "
		   "the Carbon Footprint of Computation. Advanced Science 8 (2021) "
		   "2100707. doi:10.1002/advs.202100707",
		   0, 80);
}

static void write_inputs(const struct statement *s, const struct report_opts *opts,
			 struct strbuf *out)
{
	(void)opts;
	write_head(s, out);
	if (s->count == 0)
		strbuf_add(out, "\nThere are no runs, so none of its inputs is known.\n");
	for (size_t i = 0; i < s->count; i++) {
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = statement_adds(s, k) &&
			       is_same_block(&s->views[k], &s->views[i]);
		if (!seen && statement_adds(s, i))
			write_block(s, i, out);
	}
	write_foot(out);
}

const struct statement_form statement_green_algorithms = { .name = "green-algorithms",
							   .write = write_inputs };
