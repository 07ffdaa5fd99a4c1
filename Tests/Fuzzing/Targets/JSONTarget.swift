// JSON texts: what is read is written, in either form, so that it reads back as the same.
import JSON
import Registry

extension FuzzTargets {
    static let json = FuzzTarget("json", "JSON texts", allocationPerByte: 256) {
        [
            #"{"a": [1, -0.5, 1e300, true, null, "x\u00e9\n\ud83d\ude00"], "b": {}, "c": [], "d": {"e": [[[]]]}}"#,
            #"[0, 0.1, 123456789012345678, 1e-7]"#, #""\\\"\/\b\f\n\r\t""#,
        ].map { Array($0.utf8) }
    } violation: { bytes in
        FileReading.violation { () throws(ConfigurationFault) in
            try StrictJSON.read(bytes, name: "text")
        } again: { value throws(ConfigurationFault) in
            let canonical = JSONText.canonical(value)
            for text in [canonical, JSONText.pretty(value)] {
                guard JSONText.canonical(try StrictJSON.read(text, name: "again")) == canonical else {
                    return "reads back as another value: \(text)"
                }
            }
            return nil
        }
    }
}
