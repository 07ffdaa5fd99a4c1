// The JSON reader and writer: what is read, what is refused and where, and that one undoes the other.
import Kernels
import Registry
import Testing

@testable import JSON

@Suite("Strict JSON")
struct StrictJSONTests {
    private func fault(_ text: String) -> String? { fault(Array(text.utf8)) }

    private func fault(_ bytes: [UInt8]) -> String? {
        do {
            _ = try StrictJSON.read(bytes, name: "f.json")
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        "values are read",
        arguments: [
            ("null", "null"), (" true\n", "true"), ("false", "false"), ("-0", "0"), ("-0.0", "0"), ("12", "12"),
            ("1.50", "1.5"), ("1e3", "1000"), ("2.5E-3", "0.0025"), ("1e-400", "0"), ("1E+2", "100"),
            ("18446744073709551615", "18446744073709551615"), ("9007199254740993", "9007199254740993"),
            ("1e17", "100000000000000000"), ("100000000000000000", "100000000000000000"),
            ("123456789012345678901234567890", "1.2345678901234568e+29"), ("0.1", "0.1"), ("[]", "[]"), ("{}", "{}"),
            ("[1, [2,\t[]] ]", "[1,[2,[]]]"),
            (#"{"b": 1, "a": {"c": null}}"#, #"{"a":{"c":null},"b":1}"#),
            (#""a\"\\\/\b\f\n\r\t""#, #""a\"\\/\u0008\u000c\n\r\t""#),
            (#""\u00e9\uD83D\uDE00é😀""#, #""é😀é😀""#),
            (#""\u0000\u001F""#, #""\u0000\u001f""#),
        ])
    func values(text: String, canonical: String) throws {
        #expect(JSONText.canonical(try StrictJSON.read(text, name: "f.json")) == canonical)
    }

    @Test(
        "everything else is refused at its place",
        arguments: [
            ("", "1:1: the file is empty; expected a value"),
            (" \n ", "2:2: the file is empty; expected a value"),
            ("\u{FEFF}", "1:1: the file is empty; expected a value"),
            ("\u{FEFF}[x]", "1:2: the word x is not JSON; expected a value"),
            ("[1,\n 2,]", "2:4: ']'; expected a value"),
            ("{\"a\": 1,}", "1:9: '}' in the object of 1:1; expected a key in double quotes"),
            ("{a: 1}", "1:2: 'a' in the object of 1:1; expected a key in double quotes"),
            ("{\"a\" 1}", "1:6: '1' after the key 'a'; expected a colon"),
            ("{\"a\": 1\n\"b\": 2}", "2:1: '\"' in the object of 1:1; expected a comma or }"),
            ("[1 2]", "1:4: '2' in the array of 1:1; expected a comma or ]"),
            ("[1] x", "1:5: 'x' after the end of the value; expected the end of the file"),
            ("{} {}", "1:4: '{' after the end of the value; expected the end of the file"),
            ("// no\n1", "1:1: a comment or stray '/'; expected a value"),
            ("[1, # no\n2]", "1:5: a comment or stray '#'; expected a value"),
            ("NaN", "1:1: the word NaN is not JSON; expected a value"),
            ("[Infinity]", "1:2: the word Infinity is not JSON; expected a value"),
            ("-Infinity", "1:2: 'I' in a number; expected a digit"),
            ("True", "1:1: the word True is not JSON; expected a value"),
            ("nul", "1:1: the word nul is not JSON; expected a value"),
            ("'a'", "1:1: '''; expected a value"),
            ("01", "1:1: a number with a leading zero; expected none"),
            ("[-012]", "1:2: a number with a leading zero; expected none"),
            ("+1", "1:1: '+'; expected a value"),
            (".5", "1:1: '.'; expected a value"),
            ("[1.]", "1:4: ']' in a number; expected a digit after the decimal point"),
            ("1e", "1:3: the end of the file in a number; expected a digit in the exponent"),
            ("-", "1:2: the end of the file in a number; expected a digit"),
            ("[1e999]", "1:2: the number 1e999 is too large; expected at most 1.8e308"),
            ("{\"a\":1,\n \"a\":2}", "2:2: the key 'a' is here again; it is at 1:2 already"),
            ("{\"é\":1, \"\\u00e9\":2}", "1:9: the key 'é' is here again; it is at 1:2 already"),
            ("[\"ab", "1:2: the file ends inside a text; expected a closing quote"),
            (
                "[\"a\nb\"]",
                "1:4: a line break or control character inside a text; expected an escape such as \\n"
            ),
            ("\"\\x\"", "1:2: an unknown escape; expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"),
            ("\"\\u12g4\"", "1:6: 'g' in a \\u escape; expected four hexadecimal digits"),
            ("\"\\uD800\"", "1:2: half of a surrogate pair; expected a high and a low one"),
            ("\"é\\uD800\\u0041\"", "1:3: half of a surrogate pair; expected a high and a low one"),
            ("\"\\uDC00\\uD800\"", "1:2: half of a surrogate pair; expected a high and a low one"),
            ("{\"a\": [", "1:8: the end of the file; expected a value"),
            ("{\"a\": [1", "1:9: the end of the file in the array of 1:7; expected a comma or ]"),
            ("{\"a\"", "1:5: the end of the file after the key 'a'; expected a colon"),
            ("{", "1:2: the end of the file in the object of 1:1; expected a key in double quotes"),
        ])
    func refusals(text: String, expected: String) {
        #expect(fault(text) == "f.json:" + expected)
    }

    @Test("bytes that are not UTF-8 are refused at their place")
    func invalidBytes() {
        let bytes = Array("[1,\n\"é".utf8) + [0xC3, 0x28]
        #expect(fault(bytes) == "f.json:2:3: a byte that is not UTF-8; expected UTF-8 throughout")
    }

    @Test("a byte order mark is passed over and moves no column; UTF-16 is named")
    func marks() throws {
        let value = try StrictJSON.read("\u{FEFF}{\"a\": 1}", name: "f.json")
        #expect(value.member("a")?.position.description == "f.json:1:7")
        for bytes: [UInt8] in [[0xFF, 0xFE, 0x7B, 0], [0xFE, 0xFF, 0, 0x7B]] {
            #expect(fault(bytes) == "f.json:1:1: the file is UTF-16, as some editors and shells write; expected UTF-8")
        }
    }

    @Test("numbers are the nearest Doubles, however many digits they have", arguments: 1...20 as ClosedRange<UInt64>)
    func numbers(seed: UInt64) throws {
        var random = RandomStream(seed: seed, purpose: .measurement)
        var literals = ["0", "-0", "9007199254740993", "0.1", "123456789012345678", "5e-324", "1.7976931348623157e308"]
        for _ in 0..<200 {
            let number = Double(bitPattern: random.next())
            if number.isFinite { literals.append("\(number)") }
            let digits = String(random.next() >> UInt64(random.below(64)))
            literals.append(digits)
            literals.append("-\(digits.prefix(1)).\(digits.dropFirst())\(random.below(10))")
            literals.append("0.\(String(repeating: "0", count: random.below(25)))\(digits)")
        }
        let array = try StrictJSON.read("[\(literals.joined(separator: ","))]", name: "f.json").array("")
        for (literal, value) in zip(literals, array) {
            #expect(try value.number("").bitPattern == Double(literal)?.bitPattern, "\(literal)")
            #expect(value.summary == literal)
        }
    }

    @Test("keys are equal if they say the same, however they are written and however many there are")
    func writtenKeys() {
        for count in [0, 5, 11, 12, 13, 100] {
            let others = (0..<count).map { "\"k\($0)\": 0, " }.joined()
            #expect(fault("{\(others)\"ab\": 1, \"\\u0061b\": 2}")?.contains("the key 'ab' is here again") == true)
            #expect(fault("{\(others)\"\\u0061b\": 1, \"ab\": 2}")?.contains("the key 'ab' is here again") == true)
            #expect(fault("{\(others)\"\\\"a\": 1, \"\\\"b\": 2, \"ab\": 3, \"abc\": 4, \"\": 5}") == nil)
            #expect(fault("{\(others)\"\\\"a\": 1, \"\\u0022a\": 2}")?.contains("is here again") == true)
        }
    }

    @Test("a value is a reference into its file, and a part is found without its brothers")
    func references() throws {
        #expect(MemoryLayout<JSONValue>.stride <= 24)
        let rows = (0..<1000).map { "{\"id\": \($0), \"x\": [[], {}, \"\($0)\"]}" }.joined(separator: ",\n")
        let array = try StrictJSON.read("[\(rows)]", name: "f.json").array("")
        #expect(array.count == 1000)
        for (index, row) in array.enumerated() {
            #expect(row.member("id")?.count == index && row.member("x")?.elements.last?.text == "\(index)")
            #expect(row.position.lineColumn == "\(index + 1):\(index == 0 ? 2 : 1)")
        }
    }

    @Test("duplicates are found in objects of any size, whichever key it is", arguments: [1, 7, 8, 9, 12, 13, 30, 100])
    func duplicates(count: Int) {
        let members = (0..<count).map { "\"k\($0)\": 0" }.joined(separator: ",\n")
        #expect(fault("{\(members)}") == nil)
        for twice in 0..<count {
            #expect(
                fault("{\(members),\n\"k\(twice)\": 1}")
                    == "f.json:\(count + 1):1: the key 'k\(twice)' is here again; "
                    + "it is at \(twice + 1):\(twice == 0 ? 2 : 1) already")
        }
    }

    @Test("64 levels are read and 65 refused")
    func depth() {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(fault(nested(64)) == nil)
        #expect(fault(nested(65)) == "f.json:1:65: the 65th level of nesting; expected at most 64")
        #expect(fault("[" + String(repeating: "{},", count: 100) + "{}]") == nil)
    }

    @Test("every value and key knows its line and column")
    func positions() throws {
        let text = "{\n  \"é\": [1,\n   {\"b\": true}], \"c\": null}"
        let object = try StrictJSON.read(text, name: "f.json").object("")
        #expect(object.position.description == "f.json:1:1")
        #expect(object.members.map(\.keyPosition.lineColumn) == ["2:3", "3:18"])
        let array = try object.required("é", expected: "an array").array("é")
        #expect(array.map(\.position.lineColumn) == ["2:9", "3:4"])
        #expect(object["c"]?.position.lineColumn == "3:23")
    }

    @Test("typed access names the key, the place and what is allowed")
    func access() throws {
        let object = try StrictJSON.read(
            #"{"n": 8, "x": 1.5, "t": "a", "falg": true, "seed": 18446744073709551615}"#, name: "f.json"
        ).object("")
        #expect(try object["n"]?.count("n", in: 1...8) == 8)
        #expect(try object["x"]?.number("x") == 1.5)
        #expect(try object["seed"]?.seed("seed") == UInt64.max)
        #expect(try object["falg"]?.flag("falg") == true)

        func sentence<Value>(_ read: () throws(ConfigurationFault) -> Value) -> String? {
            do {
                _ = try read()
                return nil
            } catch {
                return error.description
            }
        }
        let values = object.members.map(\.value)
        #expect(
            sentence { () throws(ConfigurationFault) in try values[0].count("n", in: 9...10) }
                == "f.json:1:7: n is 8; allowed: a whole number from 9 to 10")
        #expect(
            sentence { () throws(ConfigurationFault) in try values[1].count("x") }
                == "f.json:1:15: x is 1.5; allowed: a whole number from 0")
        #expect(
            sentence { () throws(ConfigurationFault) in try values[2].number("t") }
                == "f.json:1:25: t is 'a'; expected a number")
        #expect(
            sentence { () throws(ConfigurationFault) in try object.required("y", expected: "a text") }
                == "f.json:1:1: y is missing; expected a text")
        #expect(
            sentence { () throws(ConfigurationFault) in
                try object.refuseUnknownKeys(known: ["n", "x", "t", "flag", "seed"])
            } == "f.json:1:30: unknown key 'falg'; did you mean 'flag'? (known: n, x, t, flag, seed)")
    }

    @Test("pretty texts put on one line what holds no other container")
    func pretty() throws {
        let text = """
            {
              "a": [1, 2],
              "b": [
                {"c": null},
                []
              ],
              "d": {}
            }

            """
        #expect(JSONText.pretty(try StrictJSON.read(text, name: "f.json")) == text)
    }

    @Test("reading what was written gives the same tree", arguments: 1...200 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = RandomStream(seed: seed, purpose: .measurement)
        let tree = randomTree(&random, depth: 5)
        let canonical = JSONText.canonical(tree)
        #expect(JSONText.canonical(try StrictJSON.read(canonical, name: "f.json")) == canonical)
        #expect(JSONText.canonical(try StrictJSON.read(JSONText.pretty(tree), name: "f.json")) == canonical)
    }

    @Test("torn and mutated texts are read or refused, never worse", arguments: 1...100 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) {
        var random = RandomStream(seed: seed, purpose: .faults)
        let original = Array(JSONText.pretty(randomTree(&random, depth: 4)).utf8)
        let favourites = Array(#"{}[]",:\u0dD8e+-.tn/"#.utf8)
        for _ in 0..<50 {
            var bytes = original
            for _ in 0...random.below(3) where !bytes.isEmpty {
                let slot = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[slot] = UInt8(random.below(256))
                case 1: bytes[slot] = favourites[random.below(favourites.count)]
                case 2: bytes.remove(at: slot)
                default: bytes.removeSubrange(slot...)
                }
            }
            if let fault = fault(bytes) { #expect(fault.hasPrefix("f.json:")) }
        }
    }

    private func randomTree(_ random: inout RandomStream, depth: Int) -> JSONValue {
        switch random.below(depth > 0 ? 8 : 5) {
        case 0: return JSONValue(.null)
        case 1: return .flag(random.below(2) == 0)
        case 2: return .number(random.below(1 << 60) - 1 << 59)
        case 3:
            let number = Double(bitPattern: random.next())
            return .number(number.isFinite ? number : 0.1)
        case 4: return .text(randomText(&random))
        case 5, 6: return .array((0..<random.below(5)).map { _ in randomTree(&random, depth: depth - 1) })
        default:
            return JSONValue(
                .object(
                    (0..<random.below(5)).map { index in
                        JSONMember("\(index)" + randomText(&random), randomTree(&random, depth: depth - 1))
                    }))
        }
    }

    private func randomText(_ random: inout RandomStream) -> String {
        let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\u{0}", "\u{1F}", "/", "é", "\u{2028}", "😀", "\u{7F}"]
        var text = ""
        for _ in 0..<random.below(6) { text.unicodeScalars.append(scalars[random.below(scalars.count)]) }
        return text
    }
}
