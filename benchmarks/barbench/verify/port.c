// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "benchmarks/barbench/fault.h"
#include "benchmarks/barbench/interrupt.h"
#include "benchmarks/barbench/verify/port.h"

#define AER_SETTLES_US 100000

/* An access that is about to be made. */
struct attempt {
	struct port *port;
	const char *how;
	const struct access_mode *mode;
	uint64_t offset;
	void *data; /* of a read */
	const void *out; /* of a write */
	size_t width;
	ssize_t result;
};

static void stop(struct port *port, enum port_stop reason)
{
	if (!port->stop)
		port->stop = reason;
}

static bool may_go_on(struct port *port)
{
	if (port->stop == PORT_INTERRUPTED && port->putting_back)
		return true;
	if (port->stop)
		return false;
	if (bench_device__wanted_back(port->device)) {
		trouble__say(&port->why, ENODEV, "%s is wanted back (unbound or unplugged)",
			     port->device->pci.bdf);
		stop(port, PORT_TROUBLE);
	} else if (interrupt__pending() && !port->putting_back) {
		trouble__say(&port->why, EINTR, "interrupted");
		stop(port, PORT_INTERRUPTED);
	}
	return !port->stop;
}

/* Only before an access: a message of AER's is not overwritten by one of the log's. */
static bool begin(struct port *port, const char *how, const char *region, uint64_t offset,
		  size_t width)
{
	if (!may_go_on(port))
		return false;
	if (access_log__begin(&port->log, how, region, offset, width, &port->why)) {
		stop(port, PORT_TROUBLE);
		return false;
	}
	port->accesses++;
	return true;
}

static void look_for_errors(struct port *port)
{
	char moved[256];

	if (port->stop == PORT_AER || !aer__moved(&port->aer, moved, sizeof(moved)))
		return;
	trouble__say(&port->why, EIO, "AER counter moved: %s", moved);
	port->stop = PORT_AER;
}

static void end(struct port *port, uint64_t offset, size_t width, ssize_t result)
{
	access_log__end(&port->log, width, result);
	look_for_errors(port);
	if (result != -ENODEV || port->stop)
		return;
	trouble__say(&port->why, ENODEV, "%s vanished at %s 0x%llx", port->device->pci.bdf,
		     port->region, (unsigned long long)offset);
	stop(port, PORT_TROUBLE);
}

static void make(void *arg)
{
	struct attempt *attempt = arg;
	struct target target = attempt->port->target;

	if (attempt->mode->mapped)
		target.origin = (uintptr_t)attempt->port->device->map;
	if (attempt->out)
		attempt->result =
			attempt->mode->poke(&target, attempt->offset, attempt->out, attempt->width);
	else
		attempt->result = attempt->mode->peek(&target, attempt->offset, attempt->data,
						      attempt->width);
}

static ssize_t try(struct attempt *attempt)
{
	struct port *port = attempt->port;

	if (!begin(port, attempt->how, port->region, attempt->offset, attempt->width))
		return -ECANCELED;
	if (fault__guard(make, attempt))
		attempt->result = -EFAULT;
	end(port, attempt->offset, attempt->width, attempt->result);
	return attempt->result;
}

ssize_t port__read(struct port *port, uint64_t offset, void *data, size_t width)
{
	return try(&(struct attempt){ port, "read", &access_pread, offset, data, NULL, width, 0 });
}

ssize_t port__write(struct port *port, uint64_t offset, const void *data, size_t width)
{
	return try(
		&(struct attempt){ port, "write", &access_pwrite, offset, NULL, data, width, 0 });
}

ssize_t port__load(struct port *port, uint64_t offset, void *data, size_t width)
{
	return try(&(struct attempt){ port, "load", &access_load, offset, data, NULL, width, 0 });
}

ssize_t port__store(struct port *port, uint64_t offset, const void *data, size_t width)
{
	return try(&(struct attempt){ port, "store", &access_store, offset, NULL, data, width, 0 });
}

static struct port *port_of(const struct target *target)
{
	return (struct port *)((char *)target - offsetof(struct port, target));
}

static ssize_t mode_peek(const struct target *target, uint64_t offset, void *data, size_t width)
{
	return port__read(port_of(target), offset, data, width);
}

static ssize_t mode_poke(const struct target *target, uint64_t offset, const void *data,
			 size_t width)
{
	return port__write(port_of(target), offset, data, width);
}

const struct access_mode port_mode = {
	.name = "verify",
	.dir = VS_WRITE,
	.peek = mode_peek,
	.poke = mode_poke,
};

int port__read_config(void *arg, uint32_t offset, uint32_t *value)
{
	struct port_config *config = arg;
	struct port *port = config->port;
	ssize_t n;

	if (!begin(port, "read", "sysfs-config", offset, sizeof(*value)))
		return -ECANCELED;
	n = pread(config->fd, value, sizeof(*value), offset);
	n = n < 0 ? -errno : n;
	*value = le32toh(*value);
	end(port, offset, sizeof(*value), n);
	if (n == sizeof(*value))
		return 0;
	return n < 0 ? (int)n : -EIO;
}

void port__select(struct port *port)
{
	const struct bench_device *device = port->device;

	port->target = (struct target){
		.fd = device->fd,
		.origin = device->region->offset,
		.width = PORT_BLOCK,
	};
	run_region__name("pci", device->region->index, port->region, sizeof(port->region));
}

void port__settle(struct port *port)
{
	if (!port->aer.nr_files || port->stop == PORT_AER)
		return;
	usleep(AER_SETTLES_US);
	look_for_errors(port);
}
