/* SPDX-License-Identifier: Apache-2.0 */
#include "model/accuracy.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

struct kept_case {
	double error_ratio; /* (guess - truth) / truth; NAN: no answer */
	signed char in90;   /* -1: no interval */
	signed char in95;
	char group[ACCURACY_NAME_MAX];
};

struct method {
	char suite[ACCURACY_NAME_MAX];
	char name[ACCURACY_NAME_MAX];
	struct kept_case *cases;
	size_t count;
	size_t room;
};

struct accuracy {
	struct method *methods;
	size_t count;
};

int accuracy_new(struct accuracy **ret)
{
	struct accuracy *accuracy = calloc(1, sizeof *accuracy);

	if (!accuracy)
		return -ENOMEM;
	*ret = accuracy;
	return 0;
}

void accuracy_free(struct accuracy *accuracy)
{
	if (!accuracy)
		return;
	for (size_t i = 0; i < accuracy->count; i++)
		free(accuracy->methods[i].cases);
	free(accuracy->methods);
	free(accuracy);
}

static struct method *find_method(struct accuracy *accuracy, const char *suite,
				  const char *name)
{
	struct method *methods;

	for (size_t i = 0; i < accuracy->count; i++)
		if (strcmp(accuracy->methods[i].suite, suite) == 0 &&
		    strcmp(accuracy->methods[i].name, name) == 0)
			return &accuracy->methods[i];
	methods = reallocarray(accuracy->methods, accuracy->count + 1, sizeof *methods);
	if (!methods)
		return NULL;
	accuracy->methods = methods;
	methods += accuracy->count++;
	memset(methods, 0, sizeof *methods);
	(void)copy_text(methods->suite, sizeof methods->suite, suite);
	(void)copy_text(methods->name, sizeof methods->name, name);
	return methods;
}

static signed char inside(double truth, double low, double high)
{
	if (isnan(low) || isnan(high))
		return -1;
	return truth >= low && truth <= high;
}

int accuracy_add(struct accuracy *accuracy, const char *suite, const char *name,
		 const struct accuracy_case *one)
{
	struct method *method;
	struct kept_case *kept;

	if (!(one->truth > 0))
		return -EINVAL;
	method = find_method(accuracy, suite, name);
	if (!method)
		return -ENOMEM;
	if (method->count == method->room) {
		size_t room = method->room ? 2 * method->room : 64;
		struct kept_case *more = reallocarray(method->cases, room, sizeof *more);

		if (!more)
			return -ENOMEM;
		method->cases = more;
		method->room = room;
	}
	kept = &method->cases[method->count++];
	kept->error_ratio = (one->guess - one->truth) / one->truth;
	kept->in90 = inside(one->truth, one->low90, one->high90);
	kept->in95 = inside(one->truth, one->low95, one->high95);
	(void)copy_text(kept->group, sizeof kept->group, one->group ? one->group : "");
	return 0;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
	if (count == 0)
		return (double)NAN;
	qsort(values, count, sizeof *values, by_size);
	return count % 2 ? values[count / 2]
			 : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* What a pass over a method's cases counts. */
struct count {
	double error_sum;
	double bias_sum;
	size_t asked90;
	size_t in90;
	size_t asked95;
	size_t in95;
};

static void count_case(const struct kept_case *kept, struct count *count)
{
	count->error_sum += fabs(kept->error_ratio);
	count->bias_sum += kept->error_ratio;
	count->asked90 += kept->in90 >= 0;
	count->in90 += kept->in90 > 0;
	count->asked95 += kept->in95 >= 0;
	count->in95 += kept->in95 > 0;
}

static double part(double value, size_t of)
{
	return of ? value / (double)of : (double)NAN;
}

static void fill_row(const struct method *method, const char *group, double *errors,
		     struct accuracy_row *ret)
{
	struct count count = { 0 };

	memset(ret, 0, sizeof *ret);
	(void)copy_text(ret->suite, sizeof ret->suite, method->suite);
	(void)copy_text(ret->method, sizeof ret->method, method->name);
	(void)copy_text(ret->group, sizeof ret->group, group);
	for (size_t i = 0; i < method->count; i++) {
		const struct kept_case *kept = &method->cases[i];

		if (group[0] && strcmp(kept->group, group) != 0)
			continue;
		if (!isfinite(kept->error_ratio)) {
			ret->unanswered++;
			continue;
		}
		count_case(kept, &count);
		errors[ret->count++] = fabs(kept->error_ratio);
	}
	ret->mean_ratio = part(count.error_sum, ret->count);
	ret->bias_ratio = part(count.bias_sum, ret->count);
	ret->median_ratio = median(errors, ret->count);
	ret->cover90_ratio = part((double)count.in90, count.asked90);
	ret->cover95_ratio = part((double)count.in95, count.asked95);
}

/* Is it the group's first case? */
static bool new_group(const struct method *method, size_t at)
{
	if (!method->cases[at].group[0])
		return false;
	for (size_t i = 0; i < at; i++)
		if (strcmp(method->cases[i].group, method->cases[at].group) == 0)
			return false;
	return true;
}

static size_t method_rows(const struct method *method)
{
	size_t count = 1;

	for (size_t i = 0; i < method->count; i++)
		count += new_group(method, i);
	return count;
}

static int fill_method(const struct method *method, struct accuracy_row *rows)
{
	AUTO_FREE double *errors = calloc(method->count + 1, sizeof *errors);
	size_t n = 0;

	if (!errors)
		return -ENOMEM;
	fill_row(method, "", errors, &rows[n++]);
	for (size_t i = 0; i < method->count; i++)
		if (new_group(method, i))
			fill_row(method, method->cases[i].group, errors, &rows[n++]);
	return 0;
}

int accuracy_rows(const struct accuracy *accuracy, struct accuracy_row **ret,
		  size_t *ret_count)
{
	AUTO_FREE struct accuracy_row *rows = NULL;
	size_t count = 0;
	size_t at = 0;

	for (size_t i = 0; i < accuracy->count; i++)
		count += method_rows(&accuracy->methods[i]);
	rows = calloc(count + 1, sizeof *rows);
	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < accuracy->count; i++) {
		int r = fill_method(&accuracy->methods[i], &rows[at]);

		if (r < 0)
			return r;
		at += method_rows(&accuracy->methods[i]);
	}
	*ret = STEAL(rows);
	*ret_count = count;
	return 0;
}
