/* The few C shims that Swift needs on the hot path, a header for each concern.
 * Every header is named here: so a build notices when one is added. */
#ifndef BEARING_CREALTIME_H
#define BEARING_CREALTIME_H

#include "bearing_arguments.h"
#include "bearing_bands.h"
#include "bearing_blas.h"
#include "bearing_convolution.h"
#include "bearing_fft.h"
#include "bearing_half.h"
#include "bearing_hot.h"
#include "bearing_lanes.h"
#include "bearing_math.h"
#include "bearing_pcm.h"
#include "bearing_product.h"
#include "bearing_signals.h"
#include "bearing_socket.h"
#include "bearing_system.h"
#include "bearing_winograd.h"

#endif
