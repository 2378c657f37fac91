/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl is told where the certificates are when it is built, and a wheel is built for every
 * distribution: this looks once, when the library is loaded. Where there are none, the first
 * name stays, and libcurl says that it is missing: nothing is trusted then.
 */
#include "ca-file.h"

#include <string.h>
#include <unistd.h>

char gramme_ca_file[64] = "/etc/ssl/certs/ca-certificates.crt";

__attribute__((constructor)) static void find_ca_file(void)
{
	static const char files[][64] = {
		"/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Arch, Alpine */
		"/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, Red Hat */
		"/etc/ssl/ca-bundle.pem",             /* SUSE */
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/cert.pem", /* BSD's name, on some Linuxes too */
	};

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		if (access(files[i], R_OK) == 0) {
			memcpy(gramme_ca_file, files[i], sizeof files[i]);
			return;
		}
	}
}
