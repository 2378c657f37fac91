/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers out of the ledger, each made by a child of its own (server.h says why). Who asks for
 * what is being made already waits for that one. A cook writes a head, then the answer, or the
 * sentence that says why there is none and the line that mends it. Where less comes than the head
 * says, the cook was ended in the middle of it: that is no answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server.h"

struct dish_head {
	int64_t err; /* 0, or a negative errno */
	uint64_t len;
};

struct job {
	TAILQ_ENTRY(job) link;
	struct server *server;
	char *key;
	const struct handler *handler;
	struct ask ask;
	struct stamp stamp; /* of the ledger before it was read */
	struct request_list waiting;
	struct watched pipe;
	pid_t pid; /* 0: it has ended */
	bool queued;
	int64_t began_ms;
	char *text;
	size_t used;
	size_t size;
};

static void stamp_file(const char *path, const char *suffix, int64_t *value)
{
	char name[PATH_MAX + 8];
	struct stat st;

	(void)snprintf(name, sizeof name, "%s%s", path, suffix);
	/* A log without a byte is no log: readers make and remove it. */
	if (stat(name, &st) < 0 || st.st_size == 0)
		return;
	value[0] = (int64_t)st.st_ino;
	value[1] = (int64_t)st.st_size;
	value[2] = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static void stamp_take(const struct server *server, struct stamp *stamp)
{
	*stamp = (struct stamp){ 0 };
	if (server->db[0] == '\0') {
		/* Nowhere to look: what is kept is kept for a second. */
		stamp->value[0] = now_ms() / 1000;
		return;
	}
	stamp_file(server->db, "", stamp->value);
	stamp_file(server->db, "-wal", stamp->value + 3);
}

/* --- the child --- */

static bool write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t done = write(fd, at, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		at += done;
		len -= (size_t)done;
	}
	return true;
}

static void bound_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(GRAMME_SANITIZED)
	struct rlimit limit = { (rlim_t)1 << 30, (rlim_t)1 << 30 };

	(void)setrlimit(RLIMIT_DATA, &limit);
#endif
}

static void tell_failure(int fd, int err, const struct gramme *gramme)
{
	struct dish_head head = { .err = err };
	const char *error = gramme ? gramme_error(gramme) : "";
	const char *fix = gramme ? gramme_error_fix(gramme) : "";

	if (*error == '\0')
		error = strerror(-err);
	head.len = strlen(error) + strlen(fix) + 2;
	if (write_all(fd, &head, sizeof head) && write_all(fd, error, strlen(error) + 1))
		(void)write_all(fd, fix, strlen(fix) + 1);
}

static void tell_answer(int fd, const char *text)
{
	const struct dish_head head = { .len = strlen(text) };

	if (write_all(fd, &head, sizeof head))
		(void)write_all(fd, text, head.len);
}

static void cook(const struct job *job, int fd)
{
	struct gramme *gramme = NULL;
	char *text = NULL;
	int r;

	child_begin(fd, -1);
	bound_memory();
	/* Jobs come first: who runs one here shall not wait for its figures to be looked at. */
	(void)setpriority(PRIO_PROCESS, 0, 5);
	r = gramme_new(&job->server->opts, &gramme);
	if (r == 0)
		r = job->handler->work(gramme, &job->ask, &text);
	if (r < 0)
		tell_failure(fd, r, gramme);
	else if (text)
		tell_answer(fd, text);
	_exit(0);
}

/* --- the front's side --- */

void kitchen_init(struct kitchen *kitchen)
{
	TAILQ_INIT(&kitchen->cooking);
	TAILQ_INIT(&kitchen->queued);
}

static void job_free(struct job *job)
{
	/* One that is half made is in no list yet. */
	if (job->queued)
		job->server->kitchen.jobs--;
	loop_remove(job->server, &job->pipe);
	ask_done(&job->ask);
	free(job->key);
	free(job->text);
	free(job);
}

static struct dish *dish_failed(int err, const char *error, const char *fix)
{
	struct dish *dish = calloc(1, sizeof *dish);

	if (!dish)
		return NULL;
	dish->refs = 1;
	dish->status = answer_status(err);
	dish->error = strdup(error);
	dish->fix = strdup(fix);
	return dish;
}

/* The type that the answer has: fixed, or by the format that was asked for. */
static const char *type_of(const struct job *job)
{
	const char *wanted = ask_value(&job->ask, "format");
	const struct format_row *row = job->handler->format;

	if (job->handler->type)
		return job->handler->type;
	for (; wanted && row->name; row++)
		if (strcmp(row->name, wanted) == 0)
			return row->type;
	return job->handler->format->type;
}

static void release(void *text)
{
	free((char *)text - sizeof(struct dish_head));
}

/* Takes job->text. */
static struct dish *dish_good(struct job *job)
{
	struct dish *dish = calloc(1, sizeof *dish);
	char *text = job->text + sizeof(struct dish_head);

	if (!dish)
		return NULL;
	dish->refs = 1;
	dish->status = MHD_HTTP_OK;
	dish->len = job->used - sizeof(struct dish_head);
	dish->moving = strstr(text, "\"running\"") != NULL;
	answer_etag(text, dish->len, dish->etag);
	dish->response =
		MHD_create_response_from_buffer_with_free_callback(dish->len, text,
								   release);
	if (!dish->response) {
		free(dish);
		return NULL;
	}
	job->text = NULL;
	answer_dress(dish->response, type_of(job),
		     job->handler->page ? policy_report : NULL);
	(void)MHD_add_response_header(dish->response, "ETag", dish->etag);
	(void)MHD_add_response_header(dish->response, "Cache-Control",
				      "private, no-cache");
	return dish;
}

static bool is_whole(const struct job *job)
{
	struct dish_head head;

	if (!job->text || job->used < sizeof head)
		return false;
	memcpy(&head, job->text, sizeof head);
	return job->used - sizeof head == head.len;
}

static struct dish *dish_of(struct job *job)
{
	struct dish_head head;
	const char *error;
	const char *fix;

	if (!is_whole(job))
		return dish_failed(-EIO, "the answer could not be made", "");
	memcpy(&head, job->text, sizeof head);
	if (head.err == 0)
		return dish_good(job);
	error = job->text + sizeof head;
	/* The buffer ends with two zeros of ours. */
	fix = error + strlen(error) + 1;
	return dish_failed((int)head.err, error, fix);
}

static void hand_out(struct job *job, struct dish *dish)
{
	struct request *request = TAILQ_FIRST(&job->waiting);

	while (request) {
		TAILQ_REMOVE(&job->waiting, request, link);
		request->job = NULL;
		request->dish = dish ? dish_hold(dish) : NULL;
		request_resume(request);
		request = TAILQ_FIRST(&job->waiting);
	}
}

static void start_queued(struct server *server);

static void job_over(struct job *job, struct dish *dish)
{
	struct server *server = job->server;

	TAILQ_REMOVE(&server->kitchen.cooking, job, link);
	server->kitchen.cooks--;
	if (dish && dish->response)
		cache_put(&server->kitchen.cache, job->key, &job->stamp, dish);
	hand_out(job, dish);
	dish_drop(dish);
	job_free(job);
	start_queued(server);
}

static bool grow(struct job *job)
{
	size_t size = job->size ? 2 * job->size : (size_t)16 << 10;
	char *text = realloc(job->text, size + 2);

	if (!text)
		return false;
	job->text = text;
	job->size = size;
	return true;
}

static void stop_cook(struct job *job, int err, const char *why)
{
	if (job->pid > 0)
		(void)kill(job->pid, SIGKILL);
	job_over(job, dish_failed(err, why, "ask for less, or use the program"));
}

static void take_answer(void *ctx)
{
	struct job *job = ctx;
	ssize_t got;

	if (job->used == job->size && (job->used >= ANSWER_MAX || !grow(job))) {
		stop_cook(job, -EFBIG, "the answer is too large to be served");
		return;
	}
	got = read(job->pipe.fd, job->text + job->used, job->size - job->used);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got > 0) {
		job->used += (size_t)got;
		return;
	}
	if (job->text)
		memset(job->text + job->used, 0, 2);
	job_over(job, dish_of(job));
}

static int start(struct job *job)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	job->pid = fork();
	if (job->pid == 0)
		cook(job, fds[1]);
	(void)close(fds[1]);
	job->pipe = (struct watched){ fds[0], take_answer, job };
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	job->began_ms = now_ms();
	return job->pid < 0 ? -EAGAIN : loop_add(job->server, &job->pipe);
}

static void start_queued(struct server *server)
{
	struct kitchen *kitchen = &server->kitchen;

	while (kitchen->cooks < KITCHEN_COOKS && !TAILQ_EMPTY(&kitchen->queued)) {
		struct job *job = TAILQ_FIRST(&kitchen->queued);
		int r;

		TAILQ_REMOVE(&kitchen->queued, job, link);
		stamp_take(server, &job->stamp);
		TAILQ_INSERT_TAIL(&kitchen->cooking, job, link);
		kitchen->cooks++;
		r = start(job);
		if (r < 0) {
			struct dish *dish =
				dish_failed(r, "no process could be started", "");

			TAILQ_REMOVE(&kitchen->cooking, job, link);
			kitchen->cooks--;
			hand_out(job, dish);
			dish_drop(dish);
			job_free(job);
		}
	}
}

static struct job *find_in(struct job_list *list, const char *key,
			   const struct stamp *stamp)
{
	struct job *job;

	TAILQ_FOREACH(job, list, link)
	if (strcmp(job->key, key) == 0 &&
	    (!stamp || memcmp(&job->stamp, stamp, sizeof *stamp) == 0))
		return job;
	return NULL;
}

/* An answer that is begun is good enough only if the ledger is what it was then. */
static struct job *find_job(struct kitchen *kitchen, const char *key,
			    const struct stamp *stamp)
{
	struct job *job = find_in(&kitchen->queued, key, NULL);

	return job ? job : find_in(&kitchen->cooking, key, stamp);
}

static struct job *new_job(struct server *server, const struct request *request)
{
	struct job *job = calloc(1, sizeof *job);

	if (!job)
		return NULL;
	job->server = server;
	job->pipe.fd = -1;
	job->handler = request->route->handler;
	job->key = strdup(request->ask.uri);
	TAILQ_INIT(&job->waiting);
	if (!job->key || ask_parse(job->key, &job->ask) < 0) {
		job_free(job);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&server->kitchen.queued, job, link);
	job->queued = true;
	server->kitchen.jobs++;
	return job;
}

int kitchen_order(struct server *server, struct request *request, struct dish **ret)
{
	struct kitchen *kitchen = &server->kitchen;
	struct stamp stamp;
	struct dish *dish;
	struct job *job;

	stamp_take(server, &stamp);
	dish = cache_find(&kitchen->cache, request->ask.uri, &stamp);
	*ret = dish ? dish_hold(dish) : NULL;
	if (dish)
		return 0;
	job = find_job(kitchen, request->ask.uri, &stamp);
	if (!job && kitchen->jobs >= KITCHEN_QUEUE)
		return -EBUSY;
	if (!job)
		job = new_job(server, request);
	if (!job)
		return -ENOMEM;
	TAILQ_INSERT_TAIL(&job->waiting, request, link);
	request->job = job;
	request_suspend(request);
	start_queued(server);
	return 0;
}

void kitchen_ended(struct server *server, pid_t pid)
{
	struct job *job;

	TAILQ_FOREACH(job, &server->kitchen.cooking, link)
	if (job->pid == pid)
		job->pid = 0;
}

void kitchen_tick(struct server *server)
{
	struct job *job = TAILQ_FIRST(&server->kitchen.cooking);

	cache_sweep(&server->kitchen.cache);
	/* Many buffers come and go with viewers; what they leave would be kept in pieces. */
	(void)malloc_trim(0);
	/* First come, first timed out. */
	if (job && now_ms() - job->began_ms > KITCHEN_MS)
		stop_cook(job, -ETIMEDOUT, "the answer took too long");
}

void kitchen_stop(struct server *server)
{
	struct kitchen *kitchen = &server->kitchen;
	struct job *job;

	while ((job = TAILQ_FIRST(&kitchen->queued)) != NULL) {
		TAILQ_REMOVE(&kitchen->queued, job, link);
		hand_out(job, NULL);
		job_free(job);
	}
	while ((job = TAILQ_FIRST(&kitchen->cooking)) != NULL)
		stop_cook(job, -EINTR, "the server is ending");
	cache_done(&kitchen->cache);
}
