/* SPDX-License-Identifier: Apache-2.0 */
/* The stack machine: a table of opcodes, each with a function that makes a value of its bytes. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "import/pickle-internal.h"

#define CHUNK (64 << 10)

/* --- memory -------------------------------------------------------------------------------- */

void *pickle_take(struct pickle *p, size_t size)
{
	struct chunk *chunk = p->chunks;
	size_t room = size > CHUNK ? size : CHUNK;

	size = (size + 15) & ~(size_t)15;
	if (chunk && chunk->size - chunk->used >= size) {
		chunk->used += size;
		return chunk->bytes + chunk->used - size;
	}
	room = (room + 15) & ~(size_t)15;
	p->err = -EFBIG;
	if (p->memory + room > PICKLE_MEMORY_MAX)
		return NULL;
	p->err = -ENOMEM;
	chunk = calloc(1, sizeof *chunk + room);
	if (!chunk)
		return NULL;
	p->err = 0;
	p->memory += room;
	chunk->size = room;
	chunk->used = size;
	chunk->next = p->chunks;
	p->chunks = chunk;
	return chunk->bytes;
}

/* Room for index `at`; what is new is zeroed. */
static bool reach(struct pickle *p, void *array_at, size_t at, size_t *room, size_t size)
{
	char **array = array_at;
	size_t more = *room ? *room : 64;
	char *grown;

	if (at < *room)
		return true;
	while (more <= at)
		more *= 2;
	p->err = -EFBIG;
	if (p->memory + (more - *room) * size > PICKLE_MEMORY_MAX)
		return false;
	p->err = -ENOMEM;
	grown = reallocarray(*array, more, size);
	if (!grown)
		return false;
	p->err = 0;
	memset(grown + *room * size, 0, (more - *room) * size);
	p->memory += (more - *room) * size;
	*array = grown;
	*room = more;
	return true;
}

/* --- the stack ----------------------------------------------------------------------------- */

bool pickle_push(struct pickle *p, struct pickle_value *value)
{
	if (!value || !reach(p, &p->stack, p->depth, &p->stack_room, sizeof(void *)))
		return false;
	p->stack[p->depth++] = value;
	return true;
}

/* What lies below the last mark is not to be had. */
static size_t floor_of(const struct pickle *p)
{
	return p->mark_count ? p->marks[p->mark_count - 1] : 0;
}

static struct pickle_value *pop(struct pickle *p)
{
	return p->depth > floor_of(p) ? p->stack[--p->depth] : NULL;
}

static struct pickle_value *top(const struct pickle *p)
{
	return p->depth > floor_of(p) ? p->stack[p->depth - 1] : NULL;
}

struct pickle_value *pickle_make(struct pickle *p, enum pickle_kind kind)
{
	struct pickle_value *value = pickle_take(p, sizeof *value);

	if (value)
		value->kind = kind;
	return value;
}

static bool push_new(struct pickle *p, enum pickle_kind kind)
{
	return pickle_push(p, pickle_make(p, kind));
}

bool pickle_push_int(struct pickle *p, enum pickle_kind kind, int64_t i)
{
	struct pickle_value *value = pickle_make(p, kind);

	if (value)
		value->i = i;
	return pickle_push(p, value);
}

static bool add_item(struct pickle *p, struct pickle_value *to, struct pickle_value *item)
{
	size_t more = to->room ? to->room * 2 : 4;
	struct pickle_value **items;

	if (to->count == to->room) {
		items = pickle_take(p, more * sizeof(void *));
		if (!items)
			return false;
		if (to->count > 0)
			memcpy(items, to->items, to->count * sizeof(void *));
		to->items = items;
		to->room = more;
	}
	to->items[to->count++] = item;
	return true;
}

/* Moves all above the last mark, which goes, into the value. */
static bool gather(struct pickle *p, struct pickle_value *to)
{
	size_t from;

	if (!to || p->mark_count == 0)
		return false;
	from = p->marks[--p->mark_count];
	for (size_t i = from; i < p->depth; i++)
		if (!add_item(p, to, p->stack[i]))
			return false;
	p->depth = from;
	return true;
}

/* --- bytes --------------------------------------------------------------------------------- */

static bool take_bytes(struct pickle *p, uint64_t size, const unsigned char **ret)
{
	if (size > (uint64_t)(p->end - p->at))
		return false;
	*ret = p->at;
	p->at += size;
	return true;
}

/* Little-endian, as all numbers are but a float. */
static bool take_number(struct pickle *p, unsigned size, uint64_t *ret)
{
	const unsigned char *at;
	uint64_t value = 0;

	if (!take_bytes(p, size, &at))
		return false;
	for (unsigned i = size; i-- > 0;)
		value = value << 8 | at[i];
	*ret = value;
	return true;
}

/* --- opcodes: values ----------------------------------------------------------------------- */

static bool op_constant(struct pickle *p, const struct op *op)
{
	return pickle_push_int(p, op->kind, op->value);
}

static bool op_int(struct pickle *p, const struct op *op)
{
	uint64_t value;

	if (!take_number(p, op->size, &value))
		return false;
	return pickle_push_int(p, PICKLE_INT,
			       op->size == 4 ? (int32_t)value : (int64_t)value);
}

/* Two's complement of any length. */
static bool op_long(struct pickle *p, const struct op *op)
{
	const unsigned char *at;
	struct pickle_value *number;
	uint64_t size, value = 0;

	if (!take_number(p, op->size, &size) || !take_bytes(p, size, &at))
		return false;
	number = pickle_make(p, PICKLE_INT);
	if (!number)
		return false;
	number->wide = size > 8;
	for (uint64_t i = size < 8 ? size : 8; i-- > 0;)
		value = value << 8 | at[i];
	if (size > 0 && size < 8 && at[size - 1] & 0x80)
		value |= UINT64_MAX << (8 * size);
	number->i = (int64_t)value;
	return pickle_push(p, number);
}

bool pickle_push_float(struct pickle *p, double f)
{
	struct pickle_value *value = pickle_make(p, PICKLE_FLOAT);

	if (value)
		value->f = f;
	return pickle_push(p, value);
}

static bool op_float(struct pickle *p, const struct op *op)
{
	const unsigned char *at;
	uint64_t bits = 0;
	double value;

	(void)op;
	if (!take_bytes(p, 8, &at))
		return false;
	for (unsigned i = 0; i < 8; i++)
		bits = bits << 8 | at[i];
	memcpy(&value, &bits, sizeof value);
	return pickle_push_float(p, value);
}

bool pickle_push_bytes(struct pickle *p, enum pickle_kind kind, const void *at,
		       size_t size)
{
	struct pickle_value *value = pickle_make(p, kind);

	if (!value)
		return false;
	value->at = at;
	value->size = size;
	return pickle_push(p, value);
}

static bool op_bytes(struct pickle *p, const struct op *op)
{
	const unsigned char *at;
	uint64_t size;

	return take_number(p, op->size, &size) && take_bytes(p, size, &at) &&
	       pickle_push_bytes(p, op->kind, at, (size_t)size);
}

/* --- opcodes: what holds others ------------------------------------------------------------ */

static bool op_empty(struct pickle *p, const struct op *op)
{
	return push_new(p, op->kind);
}

static bool op_mark(struct pickle *p, const struct op *op)
{
	(void)op;
	if (!reach(p, &p->marks, p->mark_count, &p->mark_room, sizeof *p->marks))
		return false;
	p->marks[p->mark_count++] = p->depth;
	return true;
}

static bool op_gather(struct pickle *p, const struct op *op)
{
	struct pickle_value *value = pickle_make(p, op->kind);

	return gather(p, value) && pickle_push(p, value);
}

static bool op_tuple(struct pickle *p, const struct op *op)
{
	struct pickle_value *value = pickle_make(p, PICKLE_TUPLE);
	size_t count = (size_t)op->value;

	if (!value || p->depth - floor_of(p) < count)
		return false;
	for (size_t i = p->depth - count; i < p->depth; i++)
		if (!add_item(p, value, p->stack[i]))
			return false;
	p->depth -= count;
	return pickle_push(p, value);
}

static bool holds(const struct pickle_value *value)
{
	return value && (value->kind == PICKLE_LIST || value->kind == PICKLE_DICT ||
			 value->kind == PICKLE_RECORD);
}

/* APPEND takes one, SETITEM two. */
static bool op_add(struct pickle *p, const struct op *op)
{
	size_t count = (size_t)op->value;
	struct pickle_value *to;

	if (p->depth - floor_of(p) < count + 1)
		return false;
	to = p->stack[p->depth - count - 1];
	if (!holds(to))
		return false;
	for (size_t i = p->depth - count; i < p->depth; i++)
		if (!add_item(p, to, p->stack[i]))
			return false;
	p->depth -= count;
	return true;
}

/* What is gathered is below the mark. */
static bool op_add_all(struct pickle *p, const struct op *op)
{
	size_t mark;

	if (p->mark_count == 0)
		return false;
	mark = p->marks[p->mark_count - 1];
	if (mark == 0 || !holds(p->stack[mark - 1]))
		return false;
	if (op->value == 2 && (p->depth - mark) % 2 != 0)
		return false;
	return gather(p, p->stack[mark - 1]);
}

/* --- opcodes: classes ---------------------------------------------------------------------- */

static bool push_class(struct pickle *p, const struct pickle_value *module,
		       const struct pickle_value *name)
{
	struct pickle_value *value = pickle_make(p, PICKLE_CLASS);

	if (!value)
		return false;
	value->at = module->at;
	value->size = module->size;
	value->name = name->at;
	value->name_size = name->size;
	return pickle_push(p, value);
}

static bool op_class_lines(struct pickle *p, const struct op *op)
{
	struct pickle_value module = { 0 }, name = { 0 };

	(void)op;
	return pickle_line(p, &module.at, &module.size) &&
	       pickle_line(p, &name.at, &name.size) && push_class(p, &module, &name);
}

static bool op_class_stack(struct pickle *p, const struct op *op)
{
	const struct pickle_value *name = pop(p), *module = pop(p);

	(void)op;
	if (!name || !module || name->kind != PICKLE_TEXT || module->kind != PICKLE_TEXT)
		return false;
	return push_class(p, module, name);
}

static bool push_record(struct pickle *p, struct pickle_value *class,
			struct pickle_value *args)
{
	struct pickle_value *value = pickle_make(p, PICKLE_RECORD);

	if (!value || !class)
		return false;
	value->class = class;
	value->args = args;
	return pickle_push(p, value);
}

/* REDUCE and NEWOBJ; NEWOBJ_EX has named arguments on top, which are let go. */
static bool op_record(struct pickle *p, const struct op *op)
{
	struct pickle_value *args;

	if (op->value && !pop(p))
		return false;
	args = pop(p);
	return args && push_record(p, pop(p), args);
}

/* INST: its class stands in lines, its arguments above the mark. */
static bool op_inst(struct pickle *p, const struct op *op)
{
	struct pickle_value *args = pickle_make(p, PICKLE_TUPLE);
	struct pickle_value *class;

	if (!gather(p, args) || !op_class_lines(p, op))
		return false;
	class = pop(p);
	return push_record(p, class, args);
}

/* OBJ: its class is the first above the mark. */
static bool op_obj(struct pickle *p, const struct op *op)
{
	struct pickle_value *args = pickle_make(p, PICKLE_TUPLE);

	(void)op;
	return gather(p, args) && args->count > 0 && push_record(p, args->items[0], args);
}

static bool op_build(struct pickle *p, const struct op *op)
{
	struct pickle_value *state = pop(p);
	struct pickle_value *record = top(p);

	(void)op;
	if (!state || !record)
		return false;
	if (record->kind == PICKLE_RECORD)
		record->state = state;
	return true;
}

/* What only the program that wrote it could find: nothing is known of it. */
static bool op_outside(struct pickle *p, const struct op *op)
{
	const char *line;
	size_t size;

	if (op->value ? !pop(p) : !pickle_line(p, &line, &size))
		return false;
	return push_new(p, PICKLE_NONE);
}

/* --- opcodes: memo and the rest ------------------------------------------------------------ */

static bool memo_put(struct pickle *p, uint64_t at)
{
	/* More entries than bytes are a lie. */
	if (!top(p) || at > (uint64_t)(p->end - p->from) ||
	    !reach(p, &p->memo, (size_t)at, &p->memo_room, sizeof(void *)))
		return false;
	p->memo[at] = top(p);
	return true;
}

static bool memo_get(struct pickle *p, uint64_t at)
{
	return at < p->memo_room && pickle_push(p, p->memo[at]);
}

static bool op_memoize(struct pickle *p, const struct op *op)
{
	(void)op;
	return memo_put(p, p->memo_count++);
}

static bool op_put(struct pickle *p, const struct op *op)
{
	uint64_t at;

	p->memo_count++;
	return take_number(p, op->size, &at) && memo_put(p, at);
}

static bool op_get(struct pickle *p, const struct op *op)
{
	uint64_t at;

	return take_number(p, op->size, &at) && memo_get(p, at);
}

static bool op_memo_line(struct pickle *p, const struct op *op)
{
	char text[PICKLE_NUMBER_MAX];
	uint64_t at;

	if (!pickle_number_line(p, text) || parse_u64(text, &at) < 0)
		return false;
	return op->value ? memo_get(p, at) : memo_put(p, at);
}

/* PROTO and FRAME: nothing here depends on them. */
static bool op_skip(struct pickle *p, const struct op *op)
{
	const unsigned char *at;

	return take_bytes(p, op->size, &at);
}

static bool op_pop(struct pickle *p, const struct op *op)
{
	(void)op;
	if (p->depth > floor_of(p)) {
		p->depth--;
		return true;
	}
	if (p->mark_count == 0)
		return false;
	p->mark_count--;
	return true;
}

static bool op_pop_mark(struct pickle *p, const struct op *op)
{
	(void)op;
	if (p->mark_count == 0)
		return false;
	p->depth = p->marks[--p->mark_count];
	return true;
}

static bool op_dup(struct pickle *p, const struct op *op)
{
	(void)op;
	return pickle_push(p, top(p));
}

static bool op_stop(struct pickle *p, const struct op *op)
{
	(void)op;
	p->root = pop(p);
	p->done = true;
	return p->root != NULL;
}

static const struct op ops[256] = {
	['('] = { .run = op_mark },
	['.'] = { .run = op_stop },
	['0'] = { .run = op_pop },
	['1'] = { .run = op_pop_mark },
	['2'] = { .run = op_dup },
	['F'] = { .run = pickle_op_float_line },
	['G'] = { .run = op_float },
	['I'] = { .run = pickle_op_int_line },
	['L'] = { .run = pickle_op_int_line },
	['J'] = { .run = op_int, .size = 4 },
	['K'] = { .run = op_int, .size = 1 },
	['M'] = { .run = op_int, .size = 2 },
	['N'] = { .run = op_empty, .kind = PICKLE_NONE },
	['P'] = { .run = op_outside },
	['Q'] = { .run = op_outside, .value = 1 },
	['R'] = { .run = op_record },
	['S'] = { .run = pickle_op_text_line, .value = 1 },
	['V'] = { .run = pickle_op_text_line },
	['T'] = { .run = op_bytes, .size = 4, .kind = PICKLE_BYTES },
	['U'] = { .run = op_bytes, .size = 1, .kind = PICKLE_BYTES },
	['X'] = { .run = op_bytes, .size = 4, .kind = PICKLE_TEXT },
	['B'] = { .run = op_bytes, .size = 4, .kind = PICKLE_BYTES },
	['C'] = { .run = op_bytes, .size = 1, .kind = PICKLE_BYTES },
	['a'] = { .run = op_add, .value = 1 },
	['s'] = { .run = op_add, .value = 2 },
	['b'] = { .run = op_build },
	['c'] = { .run = op_class_lines },
	['d'] = { .run = op_gather, .kind = PICKLE_DICT },
	['l'] = { .run = op_gather, .kind = PICKLE_LIST },
	['t'] = { .run = op_gather, .kind = PICKLE_TUPLE },
	['}'] = { .run = op_empty, .kind = PICKLE_DICT },
	[']'] = { .run = op_empty, .kind = PICKLE_LIST },
	[')'] = { .run = op_empty, .kind = PICKLE_TUPLE },
	['e'] = { .run = op_add_all, .value = 1 },
	['u'] = { .run = op_add_all, .value = 2 },
	['g'] = { .run = op_memo_line, .value = 1 },
	['p'] = { .run = op_memo_line },
	['h'] = { .run = op_get, .size = 1 },
	['j'] = { .run = op_get, .size = 4 },
	['q'] = { .run = op_put, .size = 1 },
	['r'] = { .run = op_put, .size = 4 },
	['i'] = { .run = op_inst },
	['o'] = { .run = op_obj },
	[0x80] = { .run = op_skip, .size = 1 },
	[0x81] = { .run = op_record },
	[0x85] = { .run = op_tuple, .value = 1 },
	[0x86] = { .run = op_tuple, .value = 2 },
	[0x87] = { .run = op_tuple, .value = 3 },
	[0x88] = { .run = op_constant, .kind = PICKLE_BOOL, .value = 1 },
	[0x89] = { .run = op_constant, .kind = PICKLE_BOOL, .value = 0 },
	[0x8a] = { .run = op_long, .size = 1 },
	[0x8b] = { .run = op_long, .size = 4 },
	[0x8c] = { .run = op_bytes, .size = 1, .kind = PICKLE_TEXT },
	[0x8d] = { .run = op_bytes, .size = 8, .kind = PICKLE_TEXT },
	[0x8e] = { .run = op_bytes, .size = 8, .kind = PICKLE_BYTES },
	[0x8f] = { .run = op_empty, .kind = PICKLE_LIST },
	[0x90] = { .run = op_add_all, .value = 1 },
	[0x91] = { .run = op_gather, .kind = PICKLE_LIST },
	[0x92] = { .run = op_record, .value = 1 },
	[0x93] = { .run = op_class_stack },
	[0x94] = { .run = op_memoize },
	[0x95] = { .run = op_skip, .size = 8 },
	[0x96] = { .run = op_bytes, .size = 8, .kind = PICKLE_BYTES },
};

/* --- all of it ----------------------------------------------------------------------------- */

static int run(struct pickle *p, struct diag *diag)
{
	while (!p->done && p->at < p->end) {
		size_t place = (size_t)(p->at - p->from);
		const struct op *op = &ops[*p->at++];

		if (op->run && op->run(p, op))
			continue;
		if (p->err == -ENOMEM || p->err == -EFBIG)
			return diag_fail(diag, p->err, "cannot read the pickle");
		return diag_say(diag, -EPROTO, "the pickle is not plain data at byte %zu",
				place);
	}
	return p->done ? 0 : diag_say(diag, -EPROTO, "the pickle is cut");
}

static void free_pickle(struct pickle *const *pickle)
{
	pickle_free(*pickle);
}

int pickle_read(const char *bytes, size_t size, struct diag *diag, struct pickle **ret)
{
	CLEANUP(free_pickle) struct pickle *p = NULL;
	int r;

	if (size > PICKLE_SIZE_MAX)
		return diag_fail(diag, -EFBIG, "cannot read the pickle");
	p = calloc(1, sizeof *p);
	if (!p)
		return diag_fail(diag, -ENOMEM, "cannot read the pickle");
	p->from = p->at = (const unsigned char *)bytes;
	p->end = p->from + size;
	r = run(p, diag);
	if (r == 0)
		*ret = STEAL(p);
	return r;
}

void pickle_free(struct pickle *pickle)
{
	if (!pickle)
		return;
	while (pickle->chunks) {
		struct chunk *chunk = pickle->chunks;

		pickle->chunks = chunk->next;
		free(chunk);
	}
	free(pickle->stack);
	free(pickle->marks);
	free(pickle->memo);
	free(pickle);
}

const struct pickle_value *pickle_root(const struct pickle *pickle)
{
	return pickle->root;
}
