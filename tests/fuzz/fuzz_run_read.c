// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever the bytes: no crash, no leak, and what is accepted is a run that adds up and can be
 * written and read again to the same bytes.
 *
 *   clang -fsanitize=fuzzer,address,undefined ...   libFuzzer: fuzz_run_read CORPUS
 *   gcc -DSTANDALONE -fsanitize=address,undefined   fuzz_run_read ROUNDS SEED FILE...
 *
 * both with -std=gnu11 -D_GNU_SOURCE -I. and the sources of user/run, -ljansson -lm.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long inputs, accepted;

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_run_read: %s\n", what);
	abort();
}

static char *print(const struct run *run, size_t *size)
{
	char *text = NULL;
	FILE *stream = open_memstream(&text, size);

	require(stream, "no memory");
	require(!run__print(run, stream), "an accepted run cannot be written");
	fclose(stream);
	return text;
}

static void check_accepted(const struct run *run)
{
	char error[512] = "", *text, *again_text;
	size_t size, again_size;
	struct run *again;

	require(!run__validate(run, error, sizeof(error)), "accepted, but does not add up");
	text = print(run, &size);
	if (run__parse(text, size, "again", &again, error, sizeof(error)))
		require(false, error);
	again_text = print(again, &again_size);
	require(size == again_size && !memcmp(text, again_text, size), "comes back another");
	free(text);
	free(again_text);
	run__free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[512] = "";
	struct run *run;

	inputs++;
	if (run__parse((const char *)data, size, "input", &run, error, sizeof(error))) {
		require(!run, "rejected, but there is a run");
		require(!strncmp(error, "input:", 6) && !strchr(error, '\n'), "no one-line reason");
		return 0;
	}
	accepted++;
	check_accepted(run);
	run__free(run);
	return 0;
}

#ifdef STANDALONE

/* Bytes alone seldom get past the parser: pieces of the grammar do. */
static const char *const pieces[] = {
	"0",
	"1",
	"-1",
	"960",
	"9223372036854775807",
	"9223372036854775808",
	"1e3",
	"0.5",
	"null",
	"true",
	"[]",
	"{}",
	"\"\"",
	"\"0x0\"",
	"\"\\\\\"",
	",",
	":",
	"\"x\":1,",
	"[",
	"]",
	"{",
	"}",
	"\\u0000",
	"\\ud800",
	"\xff",
};

static uint64_t state;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Put @len bytes in place of the @gone at @at. */
static void splice(char **text, size_t *size, size_t at, size_t gone, const char *bytes, size_t len)
{
	char *result = malloc(*size - gone + len + 1);

	require(result, "no memory");
	memcpy(result, *text, at);
	memcpy(result + at, bytes, len);
	memcpy(result + at + len, *text + at + gone, *size - at - gone);
	free(*text);
	*text = result;
	*size = *size - gone + len;
}

/* The number that starts at or behind @at: where it starts and how long it is. */
static size_t find_number(const char *text, size_t size, size_t at, size_t *len)
{
	while (at < size && (text[at] < '0' || text[at] > '9'))
		at++;
	for (*len = 0; at + *len < size && text[at + *len] >= '0' && text[at + *len] <= '9';)
		(*len)++;
	return at;
}

static void mutate(char **text, size_t *size)
{
	size_t at = next_random() % (*size + 1), len;
	const char *piece = pieces[next_random() % (sizeof(pieces) / sizeof(pieces[0]))];
	char number[24];

	switch (next_random() % 6) {
	case 0: /* a bit */
		if (at < *size)
			(*text)[at] ^= (char)(1 << next_random() % 8);
		break;
	case 1: /* a piece for a number */
		at = find_number(*text, *size, at, &len);
		splice(text, size, at, len, piece, strlen(piece));
		break;
	case 2: /* a number for a number */
		at = find_number(*text, *size, at, &len);
		snprintf(number, sizeof(number), "%llu",
			 (unsigned long long)(next_random() >> next_random() % 64));
		splice(text, size, at, len, number, strlen(number));
		break;
	case 3: /* a piece more */
		splice(text, size, at, 0, piece, strlen(piece));
		break;
	case 4: /* a stretch less */
		len = next_random() % 40;
		splice(text, size, at, len < *size - at ? len : *size - at, "", 0);
		break;
	case 5: /* a stretch twice */
		len = next_random() % 400;
		if (len > *size - at)
			len = *size - at;
		splice(text, size, at, 0, strndupa(*text + at, len), strnlen(*text + at, len));
		break;
	}
}

static char *read_seed(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *text = malloc(1 << 20);

	require(file && text, path);
	*size = fread(text, 1, 1 << 20, file);
	fclose(file);
	return text;
}

static void fuzz_file(const char *path, unsigned long rounds)
{
	size_t seed_size, size;
	char *seed = read_seed(path, &seed_size), *text;
	unsigned long i;

	LLVMFuzzerTestOneInput((const uint8_t *)seed, seed_size);
	for (i = 0; i < rounds; i++) {
		unsigned int times = 1 + next_random() % 4;

		size = seed_size;
		text = malloc(size + 1);
		require(text, "no memory");
		memcpy(text, seed, size);
		while (times--)
			mutate(&text, &size);
		LLVMFuzzerTestOneInput((const uint8_t *)text, size);
		free(text);
	}
	free(seed);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 4) {
		fprintf(stderr, "usage: fuzz_run_read ROUNDS SEED FILE...\n");
		return 2;
	}
	for (i = 3; i < argc; i++) {
		state = strtoull(argv[2], NULL, 0) | 1; /* not 0, where it would stay */
		fuzz_file(argv[i], strtoul(argv[1], NULL, 0));
	}
	printf("%lu inputs, %lu accepted\n", inputs, accepted);
	return 0;
}

#endif
