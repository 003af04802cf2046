// SPDX-License-Identifier: GPL-2.0-only
/*
 * The script: one line an access, '#' begins a comment.
 *
 *   DIR REGION OFFSET WIDTH[+WIDTH...] TIMES VIA [want=WANT] [next=ERRNO] [buf=BUF]
 *   sleep MICROSECONDS
 *
 *   DIR      read, write
 *   REGION   BAR0..BAR5, ROM, CONFIG, VGA, an index, or "pos": wherever the file position is
 *   OFFSET   in the region; "end", "end-4", "end+4" count from its size
 *   WIDTH    bytes of the buffer; several make a vector, and a handler call each
 *   VIA      call (pread, pwrite), vector (preadv, pwritev); for "pos": call (read, write), vector
 *            (readv, writev); uring (io_uring: the kernel chooses who makes the access), uring-async
 *            (always a worker thread of the kernel's)
 *   WANT     full (default), short or an errno: what the call must return. Else the client fails:
 *            a script of which nothing comes true would prove nothing
 *   next     the errno of the vector's next element, which the kernel tried and does not report
 *            since those before succeeded: the call is short
 *   BUF      good (default), null (not mapped), edge:N (only N bytes are mapped), kernel (refused
 *            before the handler is called: no access)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

static const char *const region_names[] = { "BAR0", "BAR1", "BAR2",   "BAR3", "BAR4",
					    "BAR5", "ROM",  "CONFIG", "VGA" };

#define NR_REGION_NAMES (int)(sizeof(region_names) / sizeof(region_names[0]))

const char *region_name(int region)
{
	return region < NR_REGION_NAMES ? region_names[region] : NULL;
}

bool is_uring(const struct op *op)
{
	return op->via == VIA_URING || op->via == VIA_URING_ASYNC;
}

static int64_t parse_number(const char *text, int line)
{
	char *end;
	int64_t value = strtoll(text, &end, 0);

	if (end == text || *end)
		die("line %d: '%s' is no number", line, text);
	return value;
}

static long parse_region(const char *text, int line)
{
	if (!strcmp(text, "pos"))
		return POS;
	for (int i = 0; i < NR_REGION_NAMES; i++)
		if (!strcmp(text, region_names[i]))
			return i;
	return parse_number(text, line);
}

static int parse_errno(const char *text, int line)
{
	for (int err = 1; err < NR_ERRNOS; err++) {
		const char *name = strerrorname_np(err);

		if (name && !strcmp(name, text))
			return err;
	}
	die("line %d: there is no errno %s", line, text);
}

static void parse_offset(struct op *op, const char *text)
{
	if (strncmp(text, "end", 3) != 0) {
		op->offset = parse_number(text, op->line);
		return;
	}
	op->from_end = true;
	op->offset = text[3] ? parse_number(text + 3, op->line) : 0;
}

static void parse_widths(struct op *op, char *text)
{
	char *rest = NULL;

	for (char *width = strtok_r(text, "+", &rest); width; width = strtok_r(NULL, "+", &rest)) {
		if (op->nr_widths == MAX_SEGMENTS)
			die("line %d: more than %d widths", op->line, MAX_SEGMENTS);
		op->widths[op->nr_widths] = parse_number(width, op->line);
		op->total += op->widths[op->nr_widths++];
	}
}

static void parse_flag(struct op *op, const char *flag)
{
	if (!strcmp(flag, "want=short"))
		op->want = WANT_SHORT;
	else if (!strncmp(flag, "want=", 5))
		op->want = parse_errno(flag + 5, op->line);
	else if (!strncmp(flag, "next=", 5))
		op->next = parse_errno(flag + 5, op->line);
	else if (!strcmp(flag, "buf=null"))
		op->buf = BUF_NULL;
	else if (!strcmp(flag, "buf=kernel"))
		op->buf = BUF_KERNEL;
	else if (sscanf(flag, "buf=edge:%zu", &op->edge) == 1)
		op->buf = BUF_EDGE;
	else
		die("line %d: what is '%s'?", op->line, flag);
}

static void parse_via(struct op *op, const char *text)
{
	static const char *const names[] = { [VIA_CALL] = "call",
					     [VIA_VECTOR] = "vector",
					     [VIA_URING] = "uring",
					     [VIA_URING_ASYNC] = "uring-async" };

	for (op->via = VIA_CALL; op->via <= VIA_URING_ASYNC; op->via++)
		if (!strcmp(text, names[op->via]))
			break;
	if (op->via > VIA_URING_ASYNC)
		die("line %d: '%s' is neither call, vector, uring nor uring-async", op->line, text);
	if (op->via == VIA_CALL && op->nr_widths > 1)
		die("line %d: several widths need a vector", op->line);
	if (!is_uring(op))
		return;
	if (op->region == POS)
		die("line %d: io_uring is not used at the file position", op->line);
	for (int i = 0; i < op->nr_widths; i++)
		if (!op->widths[i])
			die("line %d: io_uring does not call the handler for width 0", op->line);
}

static void parse_access(struct op *op, char **words, int nr)
{
	if (nr < 6)
		die("line %d: too few words", op->line);
	op->dir = !strcmp(words[0], "write") ? DIR_WRITE : DIR_READ;
	if (op->dir == DIR_READ && strcmp(words[0], "read") != 0)
		die("line %d: '%s' is neither read, write nor sleep", op->line, words[0]);
	op->region = parse_region(words[1], op->line);
	parse_offset(op, words[2]);
	parse_widths(op, words[3]);
	op->times = parse_number(words[4], op->line);
	parse_via(op, words[5]);
	for (int i = 6; i < nr; i++)
		parse_flag(op, words[i]);
	if (op->next)
		op->want = WANT_SHORT;
}

static void parse_line(struct client *client, char *line, int number)
{
	struct op op = { .line = number };
	char *words[9], *rest = NULL;
	int nr = 0;

	line[strcspn(line, "#\n")] = 0;
	for (char *word = strtok_r(line, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		if (nr == 9)
			die("line %d: too many words", number);
		words[nr++] = word;
	}
	if (!nr)
		return;
	if (nr == 2 && !strcmp(words[0], "sleep")) {
		op.via = VIA_SLEEP;
		op.times = parse_number(words[1], number);
	} else {
		parse_access(&op, words, nr);
	}

	client->ops = reallocarray(client->ops, client->nr_ops + 1, sizeof(*client->ops));
	if (!client->ops)
		die("no memory");
	client->ops[client->nr_ops++] = op;
	if (client->most < op.total)
		client->most = op.total;
}

void read_script(struct client *client, const char *path)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "r") : stdin;
	char line[512];

	if (!file)
		die("%s: %m", path);
	for (int number = 1; fgets(line, sizeof(line), file); number++)
		parse_line(client, line, number);
	if (file != stdin)
		fclose(file);
}
