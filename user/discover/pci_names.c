// SPDX-License-Identifier: GPL-2.0-only
/* Names of PCI ids, from libpci's file of ids. The library is not let near the devices. */
#include <pci/pci.h>
#include <stdlib.h>
#include <string.h>

#include "user/discover/device.h"

struct pci_names {
	struct pci_access *access;
};

static void ignore(char *format, ...)
{
	(void)format;
}

struct pci_names *pci_names__new(void)
{
	struct pci_names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->access = pci_alloc();
	/* pci_init() would set these, but it also looks for devices. */
	names->access->warning = ignore;
	names->access->debug = ignore;
	return names;
}

void pci_names__free(struct pci_names *names)
{
	if (!names)
		return;
	pci_cleanup(names->access);
	free(names);
}

char *pci_names__title(struct pci_names *names, int vendor_id, int device_id)
{
	char text[256];

	if (!names || vendor_id < 0 || device_id < 0)
		return NULL;
	if (!pci_lookup_name(names->access, text, sizeof(text),
			     PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS,
			     vendor_id, device_id))
		return NULL;
	return strdup(text);
}
