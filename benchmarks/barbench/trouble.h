/* SPDX-License-Identifier: GPL-2.0-only */
/* What went wrong, in one line for the user: parts of barbench fill it in, main prints it once. */
#ifndef BARBENCH_TROUBLE_H
#define BARBENCH_TROUBLE_H

struct trouble {
	char text[512];
};

/* Keep the message and return -@err, so that a failing function can return in one statement. */
int trouble__say(struct trouble *trouble, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Say something more in the same line. */
void trouble__add(struct trouble *trouble, const char *text);

#endif
