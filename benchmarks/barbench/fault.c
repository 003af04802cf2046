// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

#include "benchmarks/barbench/fault.h"

static __thread sigjmp_buf escape;
static __thread volatile sig_atomic_t armed;

/* SIGBUS of an access is delivered to the thread that made it, while it makes it. */
static void leave(int signum)
{
	if (armed)
		siglongjmp(escape, 1);
	signal(signum, SIG_DFL);
	raise(signum);
}

/* SA_NODEFER: no signal mask to restore on the way out, so that entering costs no system call. */
void fault__install(void)
{
	struct sigaction action = { .sa_handler = leave, .sa_flags = SA_NODEFER };

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
}

int fault__guard(void (*work)(void *arg), void *arg)
{
	int err = 0;

	if (!sigsetjmp(escape, 0)) {
		armed = 1;
		work(arg);
	} else {
		err = -EFAULT;
	}
	armed = 0;
	return err;
}
