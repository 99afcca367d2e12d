public import Testing

extension TimeLimitTrait.Duration {
    /// What no test takes unless it hangs: all tests share the processors, so under a sanitizer the shortest one may wait minutes for its turn.
    public static var hang: Self { .minutes(20) }
}
