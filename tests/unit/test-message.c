/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/message.h"
#include "fixture.h"

struct link {
	struct fixture fixture;
	int fd[2];
};

static int set_up(void **state)
{
	struct link *link = calloc(1, sizeof *link);

	fixture_open(&link->fixture);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link->fd), 0);
	*state = link;
	return 0;
}

static int tear_down(void **state)
{
	struct link *link = *state;

	close_fd(&link->fd[0]);
	close_fd(&link->fd[1]);
	fixture_close(&link->fixture);
	free(link);
	return 0;
}

static void end_of(struct link *link, int which)
{
	close_fd(&link->fd[which]);
	link->fd[which] = -1;
}

/* The fixture's clock stands still: a deadline that has passed is never waited for. */
static int receive(struct link *link, struct message *ret)
{
	return message_receive(&link->fixture.host, link->fd[1], 0, ret);
}

static void a_message_comes_as_it_was_sent(void **state)
{
	struct link *link = *state;
	struct message message = { .bytes = NULL };

	assert_int_equal(message_send(link->fd[0], MESSAGE_METRIC, "a\0b", 3), 0);
	assert_int_equal(message_send_text(link->fd[0], MESSAGE_MARK, "epoch"), 0);
	assert_int_equal(message_send(link->fd[0], MESSAGE_DONE, NULL, 0), 0);
	assert_int_equal(receive(link, &message), 0);
	assert_int_equal(message.kind, MESSAGE_METRIC);
	assert_int_equal(message.size, 3);
	assert_memory_equal(message.bytes, "a\0b", 4);
	message_done(&message);
	assert_int_equal(receive(link, &message), 0);
	assert_string_equal(message.bytes, "epoch");
	message_done(&message);
	assert_int_equal(receive(link, &message), 0);
	assert_int_equal(message.kind, MESSAGE_DONE);
	assert_string_equal(message.bytes, "");
	message_done(&message);
}

/* A receiver that has seen the head gives the rest a tenth of a second. */
static void a_message_goes_in_one_piece(void **state)
{
	char whole[64];
	int fd[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd), 0);
	assert_int_equal(message_send(fd[0], MESSAGE_METRIC, "a\0b", 3), 0);
	assert_int_equal(message_send(fd[0], MESSAGE_DONE, NULL, 0), 0);
	assert_int_equal(recv(fd[1], whole, sizeof whole, MSG_DONTWAIT), 5 + 3);
	assert_memory_equal(whole + 5, "a\0b", 3);
	assert_int_equal(recv(fd[1], whole, sizeof whole, MSG_DONTWAIT), 5);
	close_fd(&fd[0]);
	close_fd(&fd[1]);
}

/* More than the socket holds. */
static void a_long_message_comes_whole(void **state)
{
	struct link *link = *state;
	struct message message = { .bytes = NULL };
	size_t size = (size_t)1 << 20;
	AUTO_FREE char *bytes = malloc(size);
	pid_t pid;
	int status;

	assert_non_null(bytes);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(i % 101);
	pid = fork();
	if (pid == 0)
		_exit(message_send(link->fd[0], MESSAGE_JSON, bytes, size) != 0);
	assert_true(pid > 0);
	assert_int_equal(message_receive(&link->fixture.host, link->fd[1], INT64_MAX,
					 &message),
			 0);
	assert_int_equal(message.size, size);
	assert_memory_equal(message.bytes, bytes, size);
	message_done(&message);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void silence_ends_at_the_deadline(void **state)
{
	struct message message = { .size = 7 };

	assert_int_equal(receive(*state, &message), -ETIMEDOUT);
	assert_int_equal(message.size, 7);
}

static void a_message_cut_off_is_the_other_s_end(void **state)
{
	struct link *link = *state;
	struct message message = { .size = 7 };

	assert_int_equal(send(link->fd[0], "M\5\0\0\0epo", 8, 0), 8);
	end_of(link, 0);
	assert_int_equal(receive(link, &message), -EPIPE);
	assert_int_equal(message.size, 7);
}

static void the_other_s_end_is_seen_at_once(void **state)
{
	struct link *link = *state;
	struct message message = { .size = 7 };

	end_of(link, 0);
	assert_int_equal(receive(link, &message), -EPIPE);
	end_of(link, 1);
}

static void sending_to_nobody_raises_no_signal(void **state)
{
	struct link *link = *state;

	end_of(link, 1);
	assert_int_equal(message_send_text(link->fd[0], MESSAGE_MARK, "x"), -EPIPE);
}

static void an_offer_is_kept_back_while_one_waits(void **state)
{
	struct link *link = *state;
	struct message message = { .bytes = NULL };

	assert_int_equal(message_offer(link->fd[0], MESSAGE_LIVE, "one", 3), 0);
	assert_int_equal(message_offer(link->fd[0], MESSAGE_LIVE, "two", 3), -EAGAIN);
	assert_int_equal(receive(link, &message), 0);
	assert_int_equal(message.kind, MESSAGE_LIVE);
	assert_string_equal(message.bytes, "one");
	message_done(&message);
	assert_int_equal(message_offer(link->fd[0], MESSAGE_LIVE, "three", 5), 0);
	assert_int_equal(message_send(link->fd[0], MESSAGE_DONE, NULL, 0), 0);
	assert_int_equal(receive(link, &message), 0);
	assert_string_equal(message.bytes, "three");
	message_done(&message);
	assert_int_equal(receive(link, &message), 0);
	assert_int_equal(message.kind, MESSAGE_DONE);
	message_done(&message);
}

static void an_offer_to_nobody_or_too_long_is_refused(void **state)
{
	struct link *link = *state;
	char bytes[MESSAGE_OFFER_MAX + 1] = "";

	assert_int_equal(message_offer(link->fd[0], MESSAGE_LIVE, bytes, sizeof bytes),
			 -EMSGSIZE);
	end_of(link, 1);
	assert_int_equal(message_offer(link->fd[0], MESSAGE_LIVE, "x", 1), -EPIPE);
}

static void a_length_beyond_reason_is_nonsense(void **state)
{
	struct link *link = *state;
	struct message message = { .size = 7 };

	assert_int_equal(send(link->fd[0], "J\377\377\377\377", 5, 0), 5);
	assert_int_equal(receive(link, &message), -EPROTO);
	assert_int_equal(message_send(link->fd[0], MESSAGE_JSON, "",
				      (size_t)MESSAGE_SIZE_MAX + 1),
			 -EMSGSIZE);
	assert_int_equal(message.size, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_message_comes_as_it_was_sent, set_up,
						tear_down),
		cmocka_unit_test(a_message_goes_in_one_piece),
		cmocka_unit_test_setup_teardown(a_long_message_comes_whole, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(silence_ends_at_the_deadline, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_message_cut_off_is_the_other_s_end,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_other_s_end_is_seen_at_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(sending_to_nobody_raises_no_signal,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_offer_is_kept_back_while_one_waits,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_offer_to_nobody_or_too_long_is_refused,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_length_beyond_reason_is_nonsense,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
