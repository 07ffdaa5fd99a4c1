// One dense layer on rows picked by index: forward, and the gradient of its weights. Fixed lanes; every class's sum
// has the same order of operations however classes are grouped, so grouping is free to suit the registers.
//
// Parameters are class-major: C rows of p weights, then C biases.

/// logits[s, c] = Σ_j W[c, j] x[s, j] + b[c] for the rows `samples` of `features`.
///
/// - Parameters:
///   - features: n × p, row after row.
///   - parameters: C × p weights, then C biases.
///   - logits: at least `samples.count` × C.
public func denseForward(
    features: Span<Float>, featureCount: Int, samples: Span<Int32>, parameters: Span<Float>, classCount: Int,
    into logits: inout MutableSpan<Float>
) {
    precondition(parameters.count == classCount * (featureCount + 1) && logits.count >= samples.count * classCount)
    precondition(featureCount > 0 && features.count % featureCount == 0, "whole rows")
    let rows = features.count / featureCount
    unsafe features.withUnsafeBufferPointer { features in
        unsafe parameters.withUnsafeBufferPointer { parameters in
            let weights = unsafe parameters.baseAddress.unsafelyUnwrapped
            let biases = unsafe weights + classCount * featureCount
            var s = 0
            var read = features.count > floatsAtHand ? 0 : samples.count
            while s < samples.count {
                if s >= read {
                    read = min(samples.count, s + max(2, floatsAhead / featureCount))
                    var sum: Float = 0
                    for ahead in s..<read {
                        precondition((0..<rows).contains(Int(samples[ahead])), "samples of the data")
                        let row = unsafe features.baseAddress.unsafelyUnwrapped + Int(samples[ahead]) * featureCount
                        unsafe sum += oneOfEachLine(row, featureCount)
                    }
                    logits[s * classCount] = sum
                }
                // Two samples at a time where there are two, so that each weight loaded serves both.
                let second = min(s + 1, samples.count - 1)
                let (one, two) = (Int(samples[s]), Int(samples[second]))
                precondition((0..<rows).contains(one) && (0..<rows).contains(two), "samples of the data")
                let x = unsafe features.baseAddress.unsafelyUnwrapped + one * featureCount
                let y = unsafe features.baseAddress.unsafelyUnwrapped + two * featureCount
                var c = 0
                while c < classCount {
                    let w = unsafe weights + c * featureCount
                    if c + 5 <= classCount {
                        let sums = unsafe twoTimesFiveDots(x, y, w, featureCount)
                        for k in 0..<5 {
                            unsafe logits[s * classCount + c + k] = sums[k] + biases[c + k]
                            unsafe logits[second * classCount + c + k] = sums[5 + k] + biases[c + k]
                        }
                        c += 5
                    } else {
                        unsafe logits[s * classCount + c] = oneDot(x, w, featureCount) + biases[c]
                        unsafe logits[second * classCount + c] = oneDot(y, w, featureCount) + biases[c]
                        c += 1
                    }
                }
                s += 2
            }
        }
    }
}

/// gradient[c, j] = Σ_s errors[s, c] x[s, j], and the biases' Σ_s errors[s, c]; overwrites, from `start` on.
public func denseBackward(
    features: Span<Float>, featureCount: Int, samples: Span<Int32>, errors: Span<Float>, classCount: Int,
    into gradient: inout MutableSpan<Float>, at start: Int = 0
) {
    precondition(start >= 0 && gradient.count >= start + classCount * (featureCount + 1), "room for the gradient")
    precondition(errors.count >= samples.count * classCount)
    precondition(featureCount > 0 && features.count % featureCount == 0, "whole rows")
    let rows = features.count / featureCount
    for s in samples.indices { precondition((0..<rows).contains(Int(samples[s])), "a sample of the data") }
    for c in 0..<classCount {
        var sum: Float = 0
        for s in samples.indices { sum += errors[s * classCount + c] }
        gradient[start + classCount * featureCount + c] = sum
    }
    unsafe features.withUnsafeBufferPointer { features in
        unsafe errors.withUnsafeBufferPointer { errors in
            unsafe gradient.withUnsafeMutableBufferPointer { gradient in
                let g = unsafe gradient.baseAddress.unsafelyUnwrapped + start
                let e = unsafe errors.baseAddress.unsafelyUnwrapped
                let x = unsafe features.baseAddress.unsafelyUnwrapped
                // The rows of a large batch have left the cache when the gradient is due, and are many for the
                // processor to follow: a block of columns of all rows is asked for at once, and serves every class.
                let isFar = samples.count * featureCount > cachedFloats
                let blockWidth = isFar ? columnsAhead : featureCount
                for block in stride(from: 0, to: featureCount, by: blockWidth) {
                    let end = min(featureCount, block + blockWidth)
                    if isFar {
                        var sum: Float = 0
                        for s in samples.indices {
                            unsafe sum += oneOfEachLine(x + Int(samples[s]) * featureCount + block, end - block)
                        }
                        unsafe g[block] = sum
                    }
                    var c = 0
                    while c < classCount {
                        let width = c + 5 <= classCount ? 5 : 1
                        var j = block
                        while width == 5, j + 16 <= end {
                            unsafe fiveTimesTwoColumns(
                                x + j, featureCount, samples, e + c, classCount, g + c * featureCount + j)
                            j += 16
                        }
                        while j + 8 <= end {
                            let target = unsafe g + c * featureCount + j
                            if width == 5 {
                                unsafe fiveColumns(x + j, featureCount, samples, e + c, classCount, target)
                            } else {
                                unsafe oneColumn(x + j, featureCount, samples, e + c, classCount, target)
                            }
                            j += 8
                        }
                        while j < end {
                            for k in 0..<width {
                                var sum: Float = 0
                                for s in samples.indices {
                                    unsafe sum += e[s * classCount + c + k] * x[Int(samples[s]) * featureCount + j]
                                }
                                unsafe g[(c + k) * featureCount + j] = sum
                            }
                            j += 1
                        }
                        c += width
                    }
                }
            }
        }
    }
}

/// Data of no more floats than this (8 MiB) are in the last cache, from which rows come soon enough by themselves.
private let floatsAtHand = 1 << 21
/// Floats of the rows that are asked for at once: an eighth of the second cache.
private let floatsAhead = 1 << 15

@inline(__always)
private func load(_ p: UnsafePointer<Float>) -> SIMD8<Float> {
    unsafe UnsafeRawPointer(p).loadUnaligned(as: SIMD8<Float>.self)
}

@inline(__always)
private func total(_ eight: SIMD8<Float>) -> Float {
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
}

@inline(__always)
private func oneDot(_ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ count: Int) -> Float {
    var a = SIMD8<Float>.zero
    var j = 0
    while j + 8 <= count {
        unsafe a += load(x + j) * load(w + j)
        j += 8
    }
    var sum = total(a)
    while j < count {
        unsafe sum += x[j] * w[j]
        j += 1
    }
    return sum
}

/// Five rows of weights against two samples.
@inline(__always)
private func twoTimesFiveDots(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ count: Int
) -> InlineArray<10, Float> {
    var lanes = InlineArray<10, SIMD8<Float>>(repeating: .zero)
    var j = 0
    while j + 8 <= count {
        let (u, v) = unsafe (load(x + j), load(y + j))
        for k in 0..<5 {
            let weights = unsafe load(w + k * count + j)
            lanes[k] += u * weights
            lanes[5 + k] += v * weights
        }
        j += 8
    }
    var sums = InlineArray<10, Float> { total(lanes[$0]) }
    while j < count {
        for k in 0..<5 {
            unsafe sums[k] += x[j] * w[k * count + j]
            unsafe sums[5 + k] += y[j] * w[k * count + j]
        }
        j += 1
    }
    return sums
}

@inline(__always)
private func oneColumn(
    _ x: UnsafePointer<Float>, _ stride: Int, _ samples: Span<Int32>, _ e: UnsafePointer<Float>, _ classes: Int,
    _ target: UnsafeMutablePointer<Float>
) {
    var a = SIMD8<Float>.zero
    for s in samples.indices {
        unsafe a += e[s * classes] * load(x + Int(samples[s]) * stride)
    }
    unsafe UnsafeMutableRawPointer(target).storeBytes(of: a, as: SIMD8<Float>.self)
}

/// Sixteen columns of five classes' gradients: ten sums, which do not wait for each other, fit into the registers.
@inline(__always)
private func fiveTimesTwoColumns(
    _ x: UnsafePointer<Float>, _ stride: Int, _ samples: Span<Int32>, _ e: UnsafePointer<Float>, _ classes: Int,
    _ target: UnsafeMutablePointer<Float>
) {
    var lanes = InlineArray<10, SIMD8<Float>>(repeating: .zero)
    for s in samples.indices {
        let row = unsafe x + Int(samples[s]) * stride
        let (u, v) = unsafe (load(row), load(row + 8))
        for k in 0..<5 {
            let error = unsafe e[s * classes + k]
            lanes[k] += error * u
            lanes[5 + k] += error * v
        }
    }
    for k in 0..<5 {
        let place = unsafe UnsafeMutableRawPointer(target + k * stride)
        unsafe place.storeBytes(of: lanes[k], as: SIMD8<Float>.self)
        unsafe place.storeBytes(of: lanes[5 + k], toByteOffset: 32, as: SIMD8<Float>.self)
    }
}

/// Eight columns of five classes' gradients, each sample's columns loaded once.
@inline(__always)
private func fiveColumns(
    _ x: UnsafePointer<Float>, _ stride: Int, _ samples: Span<Int32>, _ e: UnsafePointer<Float>, _ classes: Int,
    _ target: UnsafeMutablePointer<Float>
) {
    var (a, b, c, d, f) = (
        SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero
    )
    for s in samples.indices {
        let v = unsafe load(x + Int(samples[s]) * stride)
        let error = unsafe e + s * classes
        unsafe a += error[0] * v
        unsafe b += error[1] * v
        unsafe c += error[2] * v
        unsafe d += error[3] * v
        unsafe f += error[4] * v
    }
    unsafe UnsafeMutableRawPointer(target).storeBytes(of: a, as: SIMD8<Float>.self)
    unsafe UnsafeMutableRawPointer(target + stride).storeBytes(of: b, as: SIMD8<Float>.self)
    unsafe UnsafeMutableRawPointer(target + 2 * stride).storeBytes(of: c, as: SIMD8<Float>.self)
    unsafe UnsafeMutableRawPointer(target + 3 * stride).storeBytes(of: d, as: SIMD8<Float>.self)
    unsafe UnsafeMutableRawPointer(target + 4 * stride).storeBytes(of: f, as: SIMD8<Float>.self)
}
