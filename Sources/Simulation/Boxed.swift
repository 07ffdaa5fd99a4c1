// Boxed: an optional value on the heap, so that its owners stay small where most have none.

/// An optional of the size of a pointer. It is changed where it lies, not copied.
@propertyWrapper
struct Boxed<Value: Sendable>: Sendable {
    /// None or one.
    private var values: [Value] = []

    init(wrappedValue: Value? = nil) { self.wrappedValue = wrappedValue }

    var wrappedValue: Value? {
        get { values.first }
        _modify {
            var value = values.popLast()
            defer { if let value { values.append(value) } }
            yield &value
        }
    }
}
