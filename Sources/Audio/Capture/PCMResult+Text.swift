import CALSA

/// The error text of libasound.
func pcmError(_ code: Int32) -> String { unsafe String(cString: snd_strerror(code)) }
