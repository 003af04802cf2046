// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "protocol.h"

enum command_number {
	COMMAND_VERSION = 1,
	COMMAND_DMA_MAP = 2,
	COMMAND_DMA_UNMAP = 3,
	COMMAND_GET_INFO = 4,
	COMMAND_GET_REGION_INFO = 5,
	COMMAND_GET_IRQ_INFO = 7,
	COMMAND_SET_IRQS = 8,
	COMMAND_REGION_READ = 9,
	COMMAND_REGION_WRITE = 10,
	COMMAND_RESET = 13,
};

#define FLAG_TYPE 0xf
#define FLAG_COMMAND 0x0
#define FLAG_REPLY 0x1
#define FLAG_NO_REPLY 0x10
#define FLAG_ERROR 0x20

struct header {
	uint16_t id;
	uint16_t command;
	uint32_t size; /* with the header */
	uint32_t flags;
	uint32_t error;
};

struct version {
	uint16_t major;
	uint16_t minor;
};

struct dma_map {
	uint32_t argsz;
	uint32_t flags;
	uint64_t offset;
	uint64_t address;
	uint64_t size;
};

struct dma_unmap {
	uint32_t argsz;
	uint32_t flags;
	uint64_t address;
	uint64_t size;
};

/* The first members of struct vfio_device_info, which has grown since */
struct device_info {
	uint32_t argsz;
	uint32_t flags;
	uint32_t num_regions;
	uint32_t num_irqs;
};

struct region_access {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
};

/* As in the capabilities below */
#define MAX_TRANSFER 65536
#define MAX_FDS 8
#define MAX_MESSAGE (sizeof(struct header) + sizeof(struct region_access) + MAX_TRANSFER)

static const char capabilities[] =
	"{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":65536}}";

struct connection {
	int fd;
	struct device *device;
	struct log *log;
	bool greeted;
	size_t filled; /* bytes of request */
	char request[MAX_MESSAGE];
	char reply[MAX_MESSAGE];
};

struct request {
	struct connection *connection;
	const char *payload;
	size_t size; /* of the payload */
	char *reply; /* room for the reply's payload */
};

/* Returns the size of the reply's payload, or a negative errno to answer. */
typedef ssize_t handle_fn(const struct request *request);

static ssize_t handle_version(const struct request *request)
{
	struct version version;

	memcpy(&version, request->payload, sizeof(version));
	if (request->connection->greeted ||
	    (request->size > sizeof(version) && request->payload[request->size - 1]))
		return -EINVAL;
	if (version.major)
		return -EPROTONOSUPPORT;
	request->connection->greeted = true;
	version.minor = 0;
	memcpy(request->reply, &version, sizeof(version));
	memcpy(request->reply + sizeof(version), capabilities, sizeof(capabilities));
	return sizeof(version) + sizeof(capabilities);
}

static ssize_t handle_dma_map(const struct request *request)
{
	(void)request;
	return 0;
}

static ssize_t handle_dma_unmap(const struct request *request)
{
	memcpy(request->reply, request->payload, sizeof(struct dma_unmap));
	return sizeof(struct dma_unmap);
}

static ssize_t handle_get_info(const struct request *request)
{
	struct device_info info;

	memcpy(&info, request->payload, sizeof(info));
	if (info.argsz < sizeof(info))
		return -EINVAL;
	info = (struct device_info){
		.argsz = sizeof(info),
		.flags = VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI,
		.num_regions = VFIO_PCI_NUM_REGIONS,
		.num_irqs = VFIO_PCI_NUM_IRQS,
	};
	memcpy(request->reply, &info, sizeof(info));
	return sizeof(info);
}

static ssize_t handle_get_region_info(const struct request *request)
{
	struct vfio_region_info info;

	memcpy(&info, request->payload, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	info = (struct vfio_region_info){
		.argsz = sizeof(info),
		.index = info.index,
		.size = device__region_size(info.index),
	};
	if (info.size)
		info.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	memcpy(request->reply, &info, sizeof(info));
	return sizeof(info);
}

static ssize_t handle_get_irq_info(const struct request *request)
{
	struct vfio_irq_info info;

	memcpy(&info, request->payload, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	info = (struct vfio_irq_info){
		.argsz = sizeof(info),
		.index = info.index,
		.count = device__nr_irqs(info.index),
	};
	if (info.count)
		info.flags = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE;
	memcpy(request->reply, &info, sizeof(info));
	return sizeof(info);
}

static ssize_t handle_set_irqs(const struct request *request)
{
	struct vfio_irq_set set;
	uint32_t most;

	memcpy(&set, request->payload, sizeof(set));
	most = device__nr_irqs(set.index);
	if (set.index >= VFIO_PCI_NUM_IRQS || set.start > most || set.count > most - set.start)
		return -EINVAL;
	return 0;
}

static ssize_t handle_region_read(const struct request *request)
{
	struct region_access access;
	int err;

	memcpy(&access, request->payload, sizeof(access));
	if (access.count > MAX_TRANSFER || !device__region_name(access.region))
		return -EINVAL;
	err = device__read(request->connection->device, access.region, access.offset,
			   request->reply + sizeof(access), access.count);
	log__access(request->connection->log, DIRECTION_READ, device__region_name(access.region),
		    access.offset, NULL, access.count, err);
	if (err)
		return err;
	memcpy(request->reply, &access, sizeof(access));
	return sizeof(access) + access.count;
}

static ssize_t handle_region_write(const struct request *request)
{
	const char *data = request->payload + sizeof(struct region_access);
	struct region_access access;
	int err;

	memcpy(&access, request->payload, sizeof(access));
	if (access.count != request->size - sizeof(access) || !device__region_name(access.region))
		return -EINVAL;
	err = device__write(request->connection->device, access.region, access.offset, data,
			    access.count);
	log__access(request->connection->log, DIRECTION_WRITE, device__region_name(access.region),
		    access.offset, (const uint8_t *)data, access.count, err);
	if (err)
		return err;
	memcpy(request->reply, &access, sizeof(access));
	return sizeof(access);
}

static ssize_t handle_reset(const struct request *request)
{
	device__reset(request->connection->device);
	log__reset(request->connection->log);
	return 0;
}

static const struct command {
	handle_fn *handle;
	size_t size; /* the least that a request has to carry */
} commands[] = {
	[COMMAND_VERSION] = { handle_version, sizeof(struct version) },
	[COMMAND_DMA_MAP] = { handle_dma_map, sizeof(struct dma_map) },
	[COMMAND_DMA_UNMAP] = { handle_dma_unmap, sizeof(struct dma_unmap) },
	[COMMAND_GET_INFO] = { handle_get_info, sizeof(struct device_info) },
	[COMMAND_GET_REGION_INFO] = { handle_get_region_info, sizeof(struct vfio_region_info) },
	[COMMAND_GET_IRQ_INFO] = { handle_get_irq_info, sizeof(struct vfio_irq_info) },
	[COMMAND_SET_IRQS] = { handle_set_irqs, sizeof(struct vfio_irq_set) },
	[COMMAND_REGION_READ] = { handle_region_read, sizeof(struct region_access) },
	[COMMAND_REGION_WRITE] = { handle_region_write, sizeof(struct region_access) },
	[COMMAND_RESET] = { handle_reset, 0 },
};

/* The other commands are for what is not offered: mapped regions, migration, several writes in one. */
static ssize_t dispatch(struct connection *connection, const struct header *header)
{
	const struct request request = {
		.connection = connection,
		.payload = connection->request + sizeof(*header),
		.size = header->size - sizeof(*header),
		.reply = connection->reply + sizeof(*header),
	};
	const struct command *command;

	if (header->command >= sizeof(commands) / sizeof(commands[0]))
		return -EOPNOTSUPP;
	command = &commands[header->command];
	if (!command->handle)
		return -EOPNOTSUPP;
	if (request.size < command->size ||
	    (!connection->greeted && header->command != COMMAND_VERSION))
		return -EINVAL;
	return command->handle(&request);
}

static int send_reply(struct connection *connection, size_t size)
{
	size_t sent = 0;

	while (sent < size) {
		ssize_t ret =
			send(connection->fd, connection->reply + sent, size - sent, MSG_NOSIGNAL);

		if (ret < 0 && errno != EINTR)
			return errno == EPIPE || errno == ECONNRESET ? -ESHUTDOWN : -errno;
		sent += ret < 0 ? 0 : ret;
	}
	return 0;
}

static int answer(struct connection *connection, const struct header *header)
{
	ssize_t ret = dispatch(connection, header);
	struct header reply = {
		.id = header->id,
		.command = header->command,
		.size = sizeof(reply) + (ret < 0 ? 0 : ret),
		.flags = FLAG_REPLY | (ret < 0 ? FLAG_ERROR : 0),
		.error = ret < 0 ? -ret : 0,
	};

	if (ret == -ECONNRESET)
		return ret;
	if (header->flags & FLAG_NO_REPLY)
		return 0;
	memcpy(connection->reply, &reply, sizeof(reply));
	return send_reply(connection, reply.size);
}

static void close_fds(struct msghdr *message)
{
	for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control;
	     control = CMSG_NXTHDR(message, control)) {
		size_t nr = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		for (size_t i = 0; i < nr; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(control) + i * sizeof(fd), sizeof(fd));
			close(fd);
		}
	}
}

/* Receives some of the bytes that are missing of the first @size of the message. */
static int fill(struct connection *connection, size_t size)
{
	struct iovec part = { connection->request + connection->filled, size - connection->filled };
	union {
		char buffer[CMSG_SPACE(MAX_FDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.buffer,
		.msg_controllen = sizeof(control.buffer),
	};
	ssize_t ret = recvmsg(connection->fd, &message, MSG_CMSG_CLOEXEC);

	if (ret < 0)
		return errno == EINTR ? 0 : errno == ECONNRESET ? -ESHUTDOWN : -errno;
	close_fds(&message);
	if (!ret)
		return connection->filled ? -EPROTO : -ESHUTDOWN;
	connection->filled += ret;
	return 0;
}

int connection__receive(struct connection *connection)
{
	struct header header = { .size = sizeof(header) };
	bool header_is_there = connection->filled >= sizeof(header);
	int err;

	if (header_is_there)
		memcpy(&header, connection->request, sizeof(header));
	err = fill(connection, header.size);
	if (err || connection->filled < header.size)
		return err;
	memcpy(&header, connection->request, sizeof(header));
	if (header.size < sizeof(header) || header.size > MAX_MESSAGE ||
	    (header.flags & FLAG_TYPE) != FLAG_COMMAND)
		return -EPROTO;
	if (connection->filled < header.size)
		return 0;
	connection->filled = 0;
	return answer(connection, &header);
}

struct connection *connection__new(int fd, struct device *device, struct log *log)
{
	/* Whoever asks and never reads the answers must not hold the server for ever. */
	const struct timeval patience = { .tv_sec = 10 };
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience))) {
		free(connection);
		return NULL;
	}
	connection->fd = fd;
	connection->device = device;
	connection->log = log;
	return connection;
}

void connection__free(struct connection *connection)
{
	if (!connection)
		return;
	close(connection->fd);
	free(connection);
}
