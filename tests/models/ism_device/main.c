// SPDX-License-Identifier: GPL-2.0-only
/* An ISM function for QEMU's vfio-user-pci: a server that is the device. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "protocol.h"

struct options {
	const char *socket;
	const char *log;
	bool keep;
};

struct server {
	int listening;
	int signals;
	bool stop;
	struct device device;
	struct log *log;
};

static const char usage[] =
	"Usage: ism_device --socket PATH [OPTION]...\n"
	"An ISM PCI function (1014:04ed) for QEMU's vfio-user-pci: BAR0 of 256 TiB, BAR2 of 16 "
	"KiB.\n"
	"\n"
	"  --socket PATH   where to listen; it appears when QEMU may connect, and vanishes at the "
	"end\n"
	"  --log FILE      write a line for each access as it happens:\n"
	"                    READ REGION OFFSET LENGTH [ERRNO]\n"
	"                    WRITE REGION OFFSET LENGTH DATA [ERRNO]\n"
	"                    RESET\n"
	"  --keep          serve one connection after another; else end with the first\n"
	"  --help\n"
	"\n"
	"When a connection ends, and upon SIGUSR1, its counts are printed:\n"
	"  COUNT READ|WRITE REGION LENGTH NUMBER\n"
	"Contents and faults are chosen by the offset: see tests/models/ism_device/registers.h.\n"
	"\n"
	"Exit status: 0 when the client left, or upon SIGTERM or SIGINT; 2 upon trouble.\n"
	"\n"
	"Example:\n"
	"  ism_device --socket ism.sock --log ism.log &\n"
	"  qemu-system-s390x ... -device zpci,uid=17,fid=33,target=ism0 -device '{\"driver\":\n"
	"    "
	"\"vfio-user-pci\",\"id\":\"ism0\",\"socket\":{\"type\":\"unix\",\"path\":\"ism.sock\"}}'"
	"\n";

static void complain(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "ism_device: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
}

/*
 * Returns a socket that can be connected to by the time it has its name, or a negative errno. What an
 * earlier server left is replaced.
 */
static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int length = snprintf(address.sun_path, sizeof(address.sun_path), "%s.new", path);
	struct stat status;
	int fd, err;

	if (length >= (int)sizeof(address.sun_path))
		return -ENAMETOOLONG;
	if (!lstat(path, &status) && !S_ISSOCK(status.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	unlink(address.sun_path);
	if (!bind(fd, (struct sockaddr *)&address, sizeof(address)) && !listen(fd, 1) &&
	    !rename(address.sun_path, path))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static void take_signal(struct server *server)
{
	struct signalfd_siginfo info;

	if (read(server->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGUSR1)
		log__print_counts(server->log, stdout);
	else
		server->stop = true;
}

/* Waits until @fd can be read. Returns false if the server is to stop instead. */
static bool wait_for(struct server *server, int fd)
{
	struct pollfd polled[] = { { .fd = fd, .events = POLLIN },
				   { .fd = server->signals, .events = POLLIN } };

	while (!server->stop && !polled[0].revents) {
		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			return false;
		if (polled[1].revents)
			take_signal(server);
	}
	return !server->stop;
}

/* Returns 0 if the connection ended as it should, else a negative errno. */
static int serve(struct server *server, int fd)
{
	struct connection *connection = connection__new(fd, &server->device, server->log);
	int err = 0;

	if (!connection) {
		err = -errno;
		close(fd);
		return err;
	}
	device__reset(&server->device);
	while (!err && wait_for(server, fd))
		err = connection__receive(connection);
	connection__free(connection);
	log__print_counts(server->log, stdout);
	log__clear_counts(server->log);
	return err == -ESHUTDOWN || err == -ECONNRESET ? 0 : err;
}

/* Returns the last connection's result. */
static int run(struct server *server, bool keep)
{
	int err = 0;

	do {
		int fd;

		if (!wait_for(server, server->listening))
			break;
		fd = accept4(server->listening, NULL, NULL, SOCK_CLOEXEC);
		err = fd < 0 ? -errno : serve(server, fd);
		if (err)
			complain("connection: %s",
				 err == -EPROTO ? "what came is no message" : strerror(-err));
	} while (keep);
	return err;
}

/* A negative errno, or a descriptor on which the signals arrive. */
static int open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Exits if that is all there is to do. */
static struct options parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "log", required_argument, NULL, 'l' },
		{ "keep", no_argument, NULL, 'k' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options options = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 's':
			options.socket = optarg;
			break;
		case 'l':
			options.log = optarg;
			break;
		case 'k':
			options.keep = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			complain("try --help");
			exit(2);
		}
	}
	if (!options.socket || optind != argc) {
		complain("--socket and nothing but options must be given; try --help");
		exit(2);
	}
	return options;
}

int main(int argc, char **argv)
{
	struct options options = parse_options(argc, argv);
	struct server server = { 0 };
	int err;

	server.log = log__open(options.log);
	if (!server.log) {
		complain("%s: %m", options.log);
		return 2;
	}
	server.signals = open_signals();
	server.listening = server.signals < 0 ? server.signals : listen_at(options.socket);
	if (server.listening < 0) {
		complain("%s: %s", options.socket, strerror(-server.listening));
		log__free(server.log);
		return 2;
	}
	err = run(&server, options.keep);
	unlink(options.socket);
	close(server.listening);
	close(server.signals);
	log__free(server.log);
	return err ? 2 : 0;
}
