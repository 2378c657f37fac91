/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/budget.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/number.h"

static int act_of_text(const char *text, struct diag *diag, enum budget_do *ret)
{
	static const char *const names[] = {
		[BUDGET_WARN] = "warn", [BUDGET_SIGNAL] = "signal", [BUDGET_STOP] = "stop"
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (text && strcmp(text, names[i]) != 0)
			continue;
		*ret = (enum budget_do)i;
		return 0;
	}
	return diag_say(
		diag, -EINVAL,
		"what to do about the budget is warn, signal or stop, not '%.40s'", text);
}

int budget_of_text(const char *text, const char *act, struct diag *diag,
		   struct budget *ret)
{
	static const struct {
		const char *unit;
		enum budget_of of;
		double scale;
	} units[] = { { "kWh", BUDGET_J, 3.6e6 }, { "Wh", BUDGET_J, 3600 },
		      { "MJ", BUDGET_J, 1e6 },    { "J", BUDGET_J, 1 },
		      { "kg", BUDGET_KG, 1 },     { "g", BUDGET_KG, 1e-3 } };

	struct budget budget = { .of = BUDGET_NONE };
	char *end;
	double value = strtod(text, &end);
	bool number = end != text && value > 0 && isfinite(value);

	end += strspn(end, " ");
	for (size_t i = 0; number && i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].unit) != 0)
			continue;
		budget.of = units[i].of;
		budget.most = value * units[i].scale;
	}
	if (budget.of == BUDGET_NONE)
		return diag_say(
			diag, -EINVAL,
			"the budget '%.40s' is no energy and no mass of CO2e: 2kWh, "
			"500Wh, 3MJ, 100J, 500g, 1kg",
			text);
	if (act_of_text(act, diag, &budget.act) < 0)
		return -EINVAL;
	*ret = budget;
	return 0;
}

/* --- is it kept? --- */

static double weight(const struct budget *budget, const struct budget_now *now, double j)
{
	return budget->of == BUDGET_KG ? j * now->kg_per_j : j;
}

static enum number_unit unit_of(const struct budget *budget)
{
	return budget->of == BUDGET_KG ? NUMBER_CO2E : NUMBER_J;
}

static const char *estimate_words(enum kind kind)
{
	return kind == KIND_MODELLED || kind == KIND_ASSUMED ? " (an estimate)" : "";
}

static void say_passed(const struct budget *budget, const struct budget_now *now,
		       char text[BUDGET_TEXT_MAX])
{
	char used[NUMBER_TEXT_MAX];
	char most[NUMBER_TEXT_MAX];

	number_text(weight(budget, now, now->used_j), unit_of(budget), used, sizeof used);
	number_text(budget->most, unit_of(budget), most, sizeof most);
	(void)snprintf(text, BUDGET_TEXT_MAX,
		       "the run has used %s%s: its budget of %s is passed", used,
		       estimate_words(now->kind), most);
}

static void say_forecast(const struct budget *budget, const struct budget_now *now,
			 char text[BUDGET_TEXT_MAX])
{
	const struct run_outlook *outlook = now->outlook;
	struct quantity total = { .known = true };
	char all[NUMBER_TEXT_MAX];
	char most[NUMBER_TEXT_MAX];

	total.value = weight(budget, now, outlook->total_j.value);
	total.low = weight(budget, now, outlook->low90_j);
	total.high = weight(budget, now, outlook->high90_j);
	number_quantity(&total, unit_of(budget), all, sizeof all);
	number_text(budget->most, unit_of(budget), most, sizeof most);
	(void)snprintf(
		text, BUDGET_TEXT_MAX,
		"the run will use %s%s, 90 %% sure, more than its budget of %s; %s", all,
		estimate_words(now->kind), most, outlook->how);
}

static void say_unknown(const struct budget *budget, const struct budget_now *now,
			char text[BUDGET_TEXT_MAX])
{
	(void)snprintf(text, BUDGET_TEXT_MAX,
		       "the budget cannot be watched: the run's %s not known",
		       budget->of == BUDGET_KG && isfinite(now->used_j)
			       ? "grammes of CO2e are"
			       : "energy is");
}

const char *budget_look(const struct budget *budget, const struct budget_now *now,
			struct budget_said *said, char ret_text[BUDGET_TEXT_MAX])
{
	double used = weight(budget, now, now->used_j);

	if (!isfinite(used)) {
		if (now->patient || said->unknown)
			return NULL;
		said->unknown = true;
		say_unknown(budget, now, ret_text);
		return "budget-unwatched";
	}
	if (used > budget->most) {
		if (said->passed)
			return NULL;
		said->passed = true;
		say_passed(budget, now, ret_text);
		return "budget-passed";
	}
	if (said->forecast || !now->outlook->total_j.known ||
	    !(weight(budget, now, now->outlook->low90_j) > budget->most))
		return NULL;
	said->forecast = true;
	say_forecast(budget, now, ret_text);
	return "budget-forecast";
}
