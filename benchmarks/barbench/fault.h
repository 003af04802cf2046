/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SIGBUS is how a mapped access learns that its device is gone or its memory is disabled. It must
 * not end the process: what was overwritten is still to be put back.
 */
#ifndef BARBENCH_FAULT_H
#define BARBENCH_FAULT_H

void fault__install(void);

/* Run @work; 0, or -EFAULT if it got a SIGBUS and was left where it was. */
int fault__guard(void (*work)(void *arg), void *arg);

#endif
