/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only way to the device: each access is logged before it is made, and after it is looked whether
 * it raised an error. Once there is a reason to stop, nothing more is accessed.
 */
#ifndef BARBENCH_VERIFY_PORT_H
#define BARBENCH_VERIFY_PORT_H

#include "benchmarks/barbench/access.h"
#include "benchmarks/barbench/device.h"
#include "benchmarks/barbench/verify/access_log.h"
#include "benchmarks/barbench/verify/aer.h"

#define PORT_BLOCK 16 /* the width to put back by where 4 and 8 bytes are refused: see preserve.h */

enum port_stop {
	PORT_GOES_ON,
	PORT_INTERRUPTED, /* SIGINT and the like */
	PORT_AER, /* an AER counter moved */
	PORT_TROUBLE, /* the device is gone or wanted back, or the log cannot be written */
};

struct port {
	struct target target; /* of system calls; what port_mode gets */
	struct bench_device *device;
	char region[32];
	struct access_log log;
	struct aer aer;
	uint64_t accesses;
	enum port_stop stop;
	struct trouble why; /* of the stop */
	bool putting_back; /* an interrupt does not stop that */
};

/* Turn to the region that the device has selected. */
void port__select(struct port *port);

/*
 * One access: by system call, or mapped (1, 2, 4 and 8 bytes, aligned, within what is mapped). The
 * bytes transferred, or a negative errno: -ECANCELED is that it was not made.
 */
ssize_t port__read(struct port *port, uint64_t offset, void *data, size_t width);
ssize_t port__write(struct port *port, uint64_t offset, const void *data, size_t width);
ssize_t port__load(struct port *port, uint64_t offset, void *data, size_t width);
ssize_t port__store(struct port *port, uint64_t offset, const void *data, size_t width);

/* The same system calls as a mode, for preserve.h. Its target must be &port->target. */
extern const struct access_mode port_mode;

/* 4 aligned bytes of @fd, the device's own config space as sysfs has it. A capability_read. */
struct port_config {
	struct port *port;
	int fd;
};
int port__read_config(void *config, uint32_t offset, uint32_t *value);

/* What the kernel counts late: wait for it, and look once more. */
void port__settle(struct port *port);

#endif
