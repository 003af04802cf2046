// SPDX-License-Identifier: GPL-2.0-only
/* stamp COMMAND [ARG]...: becomes COMMAND, with the time of that (CLOCK_MONOTONIC) in START_NS. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec now;
	char text[32];

	if (argc < 2) {
		fprintf(stderr, "Usage: stamp COMMAND [ARG]...\n");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "%lld", now.tv_sec * 1000000000LL + now.tv_nsec);
	setenv("START_NS", text, 1);
	execvp(argv[1], argv + 1);
	fprintf(stderr, "stamp: cannot run %s: %m\n", argv[1]);
	return 2;
}
