/* SPDX-License-Identifier: Apache-2.0 */
#include "report/svg-axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"
#include "report/html.h"
#include "report/number.h"
#include "report/shown.h"

#define LABEL_COLUMNS 40
#define DIGITS        6
/* What can be drawn, and the least span that steps can divide. */
#define DRAWN_MOST 1e300
#define SPAN_LEAST 1e-300

bool svg_can_draw(double value)
{
	return isfinite(value) && fabs(value) <= DRAWN_MOST;
}

/* --- ticks -------------------------------------------------------------------------------- */

static double nice_step(double span, int most)
{
	double rough = span / (most > 0 ? most : 1);
	double ten = pow(10, floor(log10(rough)));
	double part = rough / ten;

	if (part <= 1)
		return ten;
	if (part <= 2)
		return 2 * ten;
	return part <= 5 ? 5 * ten : 10 * ten;
}

static void add_tick(struct svg_ticks *ticks, double at)
{
	double shown = fabs(at) < 1e-12 * fabs(ticks->high) ? 0 : at;

	if (ticks->count >= SVG_TICKS_MAX)
		return;
	number_digits(shown, DIGITS, ticks->text[ticks->count],
		      sizeof ticks->text[ticks->count]);
	ticks->at[ticks->count++] = at;
}

/* "1500.00" has two digits too many for a tick, "4.00000e+25" six. */
static void cut_zeros(char *text)
{
	char *rest = text + strcspn(text, "e");
	char *end = rest;

	if (!memchr(text, '.', (size_t)(rest - text)))
		return;
	while (end[-1] == '0')
		end--;
	end -= end[-1] == '.';
	memmove(end, rest, strlen(rest) + 1);
}

void svg_ticks_plain(double low, double high, int most, struct svg_ticks *ret)
{
	double step;
	double first;

	if (!(high > low))
		high = low + fabs(low) * 0.1;
	if (!(high - low > SPAN_LEAST))
		high = low + 1;
	step = nice_step(high - low, most);
	*ret = (struct svg_ticks){ .low = floor(low / step * (1 + 1e-12)) * step,
				   .high = ceil(high / step * (1 - 1e-12)) * step };
	first = ret->low / step;
	for (int i = 0; i < SVG_TICKS_MAX; i++) {
		double at = (first + i) * step;

		if (at > ret->high + step / 2)
			break;
		add_tick(ret, at);
	}
	for (size_t i = 0; i < ret->count; i++)
		cut_zeros(ret->text[i]);
}

static void add_decade(struct svg_ticks *ticks, double ten, bool fine)
{
	static const double parts[] = { 1, 2, 5 };

	for (size_t i = 0; i < (fine ? ARRAY_SIZE(parts) : 1); i++) {
		double at = parts[i] * ten;

		if (at >= ticks->low * 0.999 && at <= ticks->high * 1.001) {
			add_tick(ticks, at);
			cut_zeros(ticks->text[ticks->count - 1]);
		}
	}
}

void svg_ticks_log(double low, double high, struct svg_ticks *ret)
{
	int first = (int)floor(log10(low));
	int last = (int)ceil(log10(high));
	bool fine = last - first <= 3;
	int every = fine ? 1 : 1 + (last - first) / (SVG_TICKS_MAX - 2);

	*ret = (struct svg_ticks){ .low = low, .high = high };
	for (int i = first; i <= last; i += every)
		add_decade(ret, pow(10, i), fine);
}

static const double time_steps[] = {
	1,     2,     5,      10,     15,     30,      60,      120,
	300,   600,   900,    1800,   3600,   7200,    10800,   21600,
	43200, 86400, 172800, 345600, 604800, 1209600, 2592000,
};

static double time_step(double span_s)
{
	for (size_t i = 0; i < ARRAY_SIZE(time_steps); i++)
		if (span_s / time_steps[i] <= 8)
			return time_steps[i];
	return nice_step(span_s, 8);
}

static void time_words(double at_s, double step_s, char *buf, size_t size)
{
	long long s = llround(at_s);

	if (s == 0)
		(void)snprintf(buf, size, "0");
	else if (step_s >= 86400)
		(void)snprintf(buf, size, "%lld d", s / 86400);
	else if (step_s >= 3600)
		(void)snprintf(buf, size, "%lld h", s / 3600);
	else if (s >= 3600)
		(void)snprintf(buf, size, "%lld:%02lld h", s / 3600, s / 60 % 60);
	else if (step_s >= 60)
		(void)snprintf(buf, size, "%lld min", s / 60);
	else if (s >= 60)
		(void)snprintf(buf, size, "%lld:%02lld", s / 60, s % 60);
	else
		(void)snprintf(buf, size, "%lld s", s);
}

void svg_ticks_time(double low_s, double high_s, struct svg_ticks *ret)
{
	double step = time_step(high_s - low_s);
	double first;

	if (high_s - low_s < 4) {
		svg_ticks_plain(low_s, high_s, 6, ret);
		for (size_t i = 0; i < ret->count; i++)
			if (ret->at[i] > high_s * (1 + 1e-9))
				ret->count = i;
		for (size_t i = 0; i < ret->count; i++)
			(void)snprintf(ret->text[i], sizeof ret->text[i], "%.4g s",
				       ret->at[i]);
		ret->low = low_s;
		ret->high = high_s;
		return;
	}
	*ret = (struct svg_ticks){ .low = low_s, .high = high_s };
	first = ceil(low_s / step);
	for (int i = 0; i < SVG_TICKS_MAX; i++) {
		double at = (first + i) * step;

		if (at > high_s)
			return;
		time_words(at, step, ret->text[ret->count], sizeof ret->text[ret->count]);
		ret->at[ret->count++] = at;
	}
}

/* --- places ------------------------------------------------------------------------------- */

static double part_of(double at, double low, double high)
{
	return high > low ? (at - low) / (high - low) : 0;
}

double svg_x(const struct svg_frame *frame, double x)
{
	double part = frame->x_log
			      ? part_of(log(x), log(frame->x_low), log(frame->x_high))
			      : part_of(x, frame->x_low, frame->x_high);

	return frame->left + frame->width * part;
}

double svg_y(const struct svg_frame *frame, double y)
{
	double part = part_of(y, frame->y_low, frame->y_high);

	return frame->top + frame->height * (1 - part);
}

void svg_at(struct strbuf *out, double value)
{
	long tenths = lround(value * 10);

	if (tenths % 10 == 0)
		strbuf_printf(out, " %ld", tenths / 10);
	else
		strbuf_printf(out, " %s%ld.%ld", tenths < 0 ? "-" : "", labs(tenths) / 10,
			      labs(tenths) % 10);
}

/* --- markup ------------------------------------------------------------------------------- */

static void add_element(struct strbuf *out, const char *name, const char *text)
{
	strbuf_printf(out, "<%s>", name);
	html_text(out, text ? text : "");
	strbuf_printf(out, "</%s>", name);
}

bool svg_has_links(const struct svg_scatter *chart)
{
	for (size_t i = 0; i < chart->count; i++)
		if (chart->points[i].href)
			return true;
	return false;
}

void svg_open(struct strbuf *out, const struct svg_head *head)
{
	strbuf_printf(out,
		      "<svg class=\"plot%s\" role=\"%s\" viewBox=\"0 0 %.0f %.0f\" "
		      "aria-label=\"",
		      head->width < SVG_WIDTH ? " small" : "",
		      head->has_links ? "group" : "img", head->width, head->height);
	html_text(out, head->title ? head->title : "");
	strbuf_add(out, "\">");
	add_element(out, "title", head->title);
	add_element(out, "desc", head->desc);
	strbuf_add(out, "\n");
}

void svg_close(struct strbuf *out)
{
	strbuf_add(out, "</svg>\n");
}

void svg_label(struct strbuf *out, const char *text, size_t columns)
{
	CLEANUP(strbuf_done) struct strbuf cut = STRBUF_INIT;

	shown_cut(&cut, text, columns);
	html_text(out, strbuf_part(out, &cut));
}

void svg_text(struct strbuf *out, const struct svg_text *how, const char *text)
{
	strbuf_printf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", how->class_name,
		      how->x, how->y);
	svg_label(out, text, how->columns > 0 ? how->columns : LABEL_COLUMNS);
	strbuf_add(out, "</text>");
}

static void add_line(struct strbuf *out, const char *class_name, const double at[4])
{
	strbuf_printf(out, "<path class=\"%s\" d=\"M", class_name);
	for (int i = 0; i < 4; i++) {
		if (i == 2)
			strbuf_add(out, "L");
		svg_at(out, at[i]);
	}
	strbuf_add(out, "\"/>");
}

void svg_y_axis(struct strbuf *out, const struct svg_frame *frame,
		const struct svg_ticks *ticks)
{
	double right = frame->left + frame->width;

	for (size_t i = 0; i < ticks->count; i++) {
		double y = svg_y(frame, ticks->at[i]);

		if (y < frame->top - 1 || y > frame->top + frame->height + 1)
			continue;
		add_line(out, i == 0 ? "axis" : "grid",
			 (double[]){ frame->left, y, right, y });
		svg_text(out,
			 &(struct svg_text){ .class_name = "tick end",
					     .x = frame->left - 8,
					     .y = y + 4 },
			 ticks->text[i]);
	}
	strbuf_add(out, "\n");
}

void svg_x_axis(struct strbuf *out, const struct svg_frame *frame,
		const struct svg_ticks *ticks)
{
	double bottom = frame->top + frame->height;

	for (size_t i = 0; i < ticks->count; i++) {
		double x = svg_x(frame, ticks->at[i]);

		add_line(out, "axis", (double[]){ x, bottom, x, bottom + 5 });
		svg_text(out,
			 &(struct svg_text){
				 .class_name = "tick mid", .x = x, .y = bottom + 19 },
			 ticks->text[i]);
	}
	strbuf_add(out, "\n");
}
