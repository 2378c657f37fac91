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
	double of_full_ratio;       /* |guess - truth| / full; NAN: not known */
	int group[ACCURACY_GROUPS]; /* which of its method's names; -1: none */
};

struct names {
	char (*name)[ACCURACY_NAME_MAX];
	int count;
};

struct note {
	char suite[ACCURACY_NAME_MAX];
	char *sentence;
};

struct method {
	char suite[ACCURACY_NAME_MAX];
	char name[ACCURACY_NAME_MAX];
	struct names groups[ACCURACY_GROUPS]; /* in the order they came in */
	struct kept_case *cases;
	size_t count;
	size_t room;
};

struct accuracy {
	struct method *methods;
	size_t count;
	struct note *notes;
	size_t note_count;
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
	for (size_t i = 0; i < accuracy->count; i++) {
		for (size_t kind = 0; kind < ACCURACY_GROUPS; kind++)
			free(accuracy->methods[i].groups[kind].name);
		free(accuracy->methods[i].cases);
	}
	free(accuracy->methods);
	for (size_t i = 0; i < accuracy->note_count; i++)
		free(accuracy->notes[i].sentence);
	free(accuracy->notes);
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
	return truth >= low && truth <= high ? 1 : 0;
}

/* Its number among the names, added where it is new; -1: no name. -ENOMEM. */
static int take_name(struct names *names, const char *text, int *ret)
{
	char short_text[ACCURACY_NAME_MAX];
	char(*more)[ACCURACY_NAME_MAX];

	*ret = -1;
	if (!text || text[0] == '\0')
		return 0;
	(void)copy_text(short_text, sizeof short_text, text);
	for (int i = 0; i < names->count; i++)
		if (strcmp(names->name[i], short_text) == 0) {
			*ret = i;
			return 0;
		}
	more = reallocarray(names->name, (size_t)names->count + 1, sizeof *more);
	if (!more)
		return -ENOMEM;
	names->name = more;
	memcpy(names->name[names->count], short_text, sizeof short_text);
	*ret = names->count++;
	return 0;
}

static int make_room(struct method *method)
{
	size_t room = method->room ? 2 * method->room : 64;
	struct kept_case *more;

	if (method->count < method->room)
		return 0;
	more = reallocarray(method->cases, room, sizeof *more);
	if (!more)
		return -ENOMEM;
	method->cases = more;
	method->room = room;
	return 0;
}

int accuracy_add(struct accuracy *accuracy, const char *suite, const char *name,
		 const struct accuracy_case *one)
{
	struct kept_case kept;
	struct method *method;

	if (!(one->truth > 0))
		return -EINVAL;
	method = find_method(accuracy, suite, name);
	if (!method || make_room(method) < 0 ||
	    take_name(&method->groups[0], one->group, &kept.group[0]) < 0 ||
	    take_name(&method->groups[1], one->group2, &kept.group[1]) < 0)
		return -ENOMEM;
	kept.error_ratio = (one->guess - one->truth) / one->truth;
	kept.of_full_ratio =
		one->full > 0 ? fabs(one->guess - one->truth) / one->full : (double)NAN;
	kept.in90 = inside(one->truth, one->low90, one->high90);
	kept.in95 = inside(one->truth, one->low95, one->high95);
	method->cases[method->count++] = kept;
	return 0;
}

const char *accuracy_note_of(const struct accuracy *accuracy, const char *suite,
			     size_t at)
{
	for (size_t i = 0; i < accuracy->note_count; i++)
		if (strcmp(accuracy->notes[i].suite, suite) == 0 && at-- == 0)
			return accuracy->notes[i].sentence;
	return NULL;
}

static bool has_note(const struct accuracy *accuracy, const char *suite,
		     const char *sentence)
{
	const char *note;

	for (size_t i = 0; (note = accuracy_note_of(accuracy, suite, i)); i++)
		if (strcmp(note, sentence) == 0)
			return true;
	return false;
}

int accuracy_note(struct accuracy *accuracy, const char *suite, const char *sentence)
{
	AUTO_FREE char *copy = NULL;
	struct note *notes;

	if (has_note(accuracy, suite, sentence))
		return 0;
	copy = strdup(sentence);
	notes = reallocarray(accuracy->notes, accuracy->note_count + 1, sizeof *notes);
	if (notes)
		accuracy->notes = notes;
	if (!copy || !notes)
		return -ENOMEM;
	notes += accuracy->note_count++;
	(void)copy_text(notes->suite, sizeof notes->suite, suite);
	notes->sentence = STEAL(copy);
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
	double of_full_sum;
	size_t with_full;
};

static void count_case(const struct kept_case *kept, struct count *count)
{
	count->error_sum += fabs(kept->error_ratio);
	count->bias_sum += kept->error_ratio;
	count->asked90 += kept->in90 >= 0;
	count->in90 += kept->in90 > 0;
	count->asked95 += kept->in95 >= 0;
	count->in95 += kept->in95 > 0;
	if (isfinite(kept->of_full_ratio)) {
		count->of_full_sum += kept->of_full_ratio;
		count->with_full++;
	}
}

static double ratio_of(double value, size_t of)
{
	return of ? value / (double)of : (double)NAN;
}

/* A group of one kind; -1: all cases. */
struct part {
	size_t kind;
	int group;
};

static bool in_part(const struct kept_case *kept, const struct part *part)
{
	return part->group < 0 || kept->group[part->kind] == part->group;
}

static void fill_row(const struct method *method, const struct part *part, double *errors,
		     struct accuracy_row *ret)
{
	struct count count = { 0 };

	memset(ret, 0, sizeof *ret);
	(void)copy_text(ret->suite, sizeof ret->suite, method->suite);
	(void)copy_text(ret->method, sizeof ret->method, method->name);
	if (part->group >= 0)
		(void)copy_text(ret->group, sizeof ret->group,
				method->groups[part->kind].name[part->group]);
	for (size_t i = 0; i < method->count; i++) {
		const struct kept_case *kept = &method->cases[i];

		if (!in_part(kept, part))
			continue;
		if (!isfinite(kept->error_ratio)) {
			ret->unanswered++;
			continue;
		}
		count_case(kept, &count);
		errors[ret->count++] = fabs(kept->error_ratio);
	}
	ret->mean_ratio = ratio_of(count.error_sum, ret->count);
	ret->bias_ratio = ratio_of(count.bias_sum, ret->count);
	ret->of_full_ratio = ratio_of(count.of_full_sum, count.with_full);
	ret->median_ratio = median(errors, ret->count);
	ret->cover90_ratio = ratio_of((double)count.in90, count.asked90);
	ret->cover95_ratio = ratio_of((double)count.in95, count.asked95);
}

static size_t method_rows(const struct method *method)
{
	size_t count = 1;

	for (size_t kind = 0; kind < ACCURACY_GROUPS; kind++)
		count += (size_t)method->groups[kind].count;
	return count;
}

static int fill_method(const struct method *method, struct accuracy_row *rows)
{
	AUTO_FREE double *errors = calloc(method->count + 1, sizeof *errors);
	size_t n = 0;

	if (!errors)
		return -ENOMEM;
	fill_row(method, &(struct part){ 0, -1 }, errors, &rows[n++]);
	for (size_t kind = 0; kind < ACCURACY_GROUPS; kind++)
		for (int i = 0; i < method->groups[kind].count; i++)
			fill_row(method, &(struct part){ kind, i }, errors, &rows[n++]);
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
