/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The server's side of vfio-user 0.0, as QEMU's docs/interop/vfio-user.rst describes it: messages over
 * a stream socket, in the byte order of the machine.
 *
 * Interrupts are never raised and memory is never accessed, so what a client says about those is
 * answered and forgotten; file descriptors are closed.
 */
#ifndef ISM_DEVICE_PROTOCOL_H
#define ISM_DEVICE_PROTOCOL_H

#include "device.h"
#include "log.h"

struct connection;

/*
 * @fd: a connected stream socket, which the connection takes over. @device, @log: stay the caller's.
 * Returns NULL with errno set.
 */
struct connection *connection__new(int fd, struct device *device, struct log *log);
void connection__free(struct connection *connection);

/*
 * Takes what there is to receive, and answers the message if that completes it.
 * Return: 0; -ESHUTDOWN if the client has left; -ECONNRESET if a fault wants the connection closed;
 * -EPROTO if what came is no message; another negative errno if the socket failed.
 */
int connection__receive(struct connection *connection);

#endif
