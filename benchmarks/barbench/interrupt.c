// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <stddef.h>

#include "benchmarks/barbench/interrupt.h"

static volatile sig_atomic_t pending;

static void note(int signal)
{
	(void)signal;
	pending = 1;
}

/* SA_RESTART: an access that was under way is finished, not failed with EINTR and miscounted. */
void interrupt__install(void)
{
	struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

bool interrupt__pending(void)
{
	return pending;
}
