/* SPDX-License-Identifier: Apache-2.0 */
#include "report/outlook-view.h"

#include <math.h>

#include "base/macro.h"
#include "base/time-text.h"
#include "report/json-value.h"
#include "report/number.h"

json_t *outlook_json(const struct run_outlook *outlook)
{
	json_t *object = json_object();
	bool known = outlook->total_j.known;
	int failed = 0;

	(void)json_value_set(object, "total_j", json_value_quantity(&outlook->total_j),
			     &failed);
	(void)json_value_set(object, "low90_j",
			     json_value_real(known ? outlook->low90_j : NAN), &failed);
	(void)json_value_set(object, "high90_j",
			     json_value_real(known ? outlook->high90_j : NAN), &failed);
	(void)json_value_set(object, "time_left_s", json_value_real(outlook->time_left_s),
			     &failed);
	(void)json_value_set(object, "done_ratio", json_value_real(outlook->done_ratio),
			     &failed);
	(void)json_value_set(object, "how", json_value_text_or_null(outlook->how),
			     &failed);
	(void)json_value_set(object, "why_not", json_value_text_or_null(outlook->why_not),
			     &failed);
	if (!failed)
		return object;
	json_decref(object);
	return NULL;
}

void outlook_words(const struct run_outlook *outlook, struct strbuf *out)
{
	char text[NUMBER_TEXT_MAX];
	char left[TIME_TEXT_MAX];

	if (!outlook->total_j.known) {
		strbuf_printf(out, "not known: %s", outlook->why_not);
		return;
	}
	if (isfinite(outlook->total_j.low))
		number_quantity(&outlook->total_j, NUMBER_J, text, sizeof text);
	else
		number_text(outlook->total_j.value, NUMBER_J, text, sizeof text);
	strbuf_add(out, text);
	if (isfinite(outlook->time_left_s)) {
		duration_text((int64_t)(outlook->time_left_s * 1e9), left, sizeof left);
		strbuf_printf(out, ", in %s", left);
	}
	strbuf_printf(out, ": %s", outlook->how);
}
