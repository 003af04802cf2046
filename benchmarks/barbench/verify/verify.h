/* SPDX-License-Identifier: GPL-2.0-only */
/* `barbench verify': the width conformance of a device's regions. */
#ifndef BARBENCH_VERIFY_H
#define BARBENCH_VERIFY_H

/* argv[1] is "verify". The exit status. */
int verify__main(int argc, char **argv);

#endif
