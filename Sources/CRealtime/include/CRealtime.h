/* The few C shims that Swift needs on the hot path, a header for each concern. */
#ifndef BEARING_CREALTIME_H
#define BEARING_CREALTIME_H

/* Marks a shim that neither locks nor allocates, so that Swift functions under @_noLocks may call it. */
#define BEARING_HOT __attribute__((swift_attr("@_noLocks")))

#endif
