/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCIe errors that the kernel was told of (advanced error reporting): counters in sysfs of the device
 * and of the bridges above it, since either may be the one that notices. Reading them touches no
 * device. The kernel counts when it gets to it, which can be some milliseconds after the access.
 */
#ifndef BARBENCH_VERIFY_AER_H
#define BARBENCH_VERIFY_AER_H

#include <stdbool.h>
#include <stddef.h>

#define AER_MAX_FILES 32
#define AER_MAX_TEXT 2048

struct aer {
	struct aer_file {
		char device[16]; /* BDF */
		const char *kind; /* "correctable", "nonfatal", "fatal" */
		int fd;
		char text[AER_MAX_TEXT]; /* as it was when it began */
	} files[AER_MAX_FILES];
	size_t nr_files; /* 0: neither device nor bridges have any */
};

/* Remember what the counters are now. @sysfs as in pci_sysfs.h. */
void aer__start(struct aer *aer, const char *sysfs, const char *bdf);
void aer__close(struct aer *aer);

/* Whether one moved, and then in @text which, as "nonfatal of 0000:00:04.0: TLP 0, now TLP 1". */
bool aer__moved(const struct aer *aer, char *text, size_t len);

#endif
