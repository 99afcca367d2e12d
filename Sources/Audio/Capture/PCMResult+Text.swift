import CALSA

/// What libasound calls an error.
func pcmError(_ code: Int32) -> String { unsafe String(cString: snd_strerror(code)) }
