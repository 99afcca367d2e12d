#ifndef BEARING_HOT_H
#define BEARING_HOT_H

/* Marks a shim that neither locks nor allocates, so that Swift functions under @_noLocks may call it. */
#define BEARING_HOT __attribute__((swift_attr("@_noLocks")))

#endif
