import Losses
import Options

extension LossSettings {
    /// The raw values are used in configuration files.
    public enum Kind: String, CaseIterable {
        case assignment, tracking

        /// All names, for messages and help.
        public static var names: String { allCases.map(\.rawValue).joined(separator: " or ") }
    }

    var kind: Kind {
        switch self {
        case .assignment: .assignment
        case .tracking: .tracking
        }
    }

    fileprivate var assignment: AssignmentLossSettings? {
        if case .assignment(let settings) = self { settings } else { nil }
    }

    fileprivate var tracking: TrackingLossSettings? {
        if case .tracking(let settings) = self { settings } else { nil }
    }
}

extension TrainingKey {
    /// Keys of the loss that is not selected are read and checked, but written as comments.
    static var loss: [TrainingKey] {
        [
            TrainingKey(
                name: "kind",
                explanation: """
                    assignment: outputs are assigned exactly to sources, over a window of blocks. tracking: dMOTp, dMOTa and activity
                    of Adavanne, Politis and Virtanen (WASPAA 2021). The keys of the other kind have no effect.
                    """,
                domain: names(of: LossSettings.Kind.self), value: { .text($0.settings.loss.kind.rawValue) },
                read: { section, _, draft in
                    if let kind: LossSettings.Kind = section.choice("kind", &draft.faults) { draft.loss = kind }
                }),
            TrainingKey(
                name: "activity_weight", explanation: "Both: weight of the activity's cross-entropy.",
                domain: "0 to 1000",
                value: { configuration in
                    switch configuration.settings.loss {
                    case .assignment(let settings): .number(settings.activityWeight)
                    case .tracking(let settings): .number(settings.activityWeight)
                    }
                },
                read: { section, _, draft in
                    guard let weight = section.number("activity_weight", in: 0...1000, &draft.faults) else { return }
                    draft.assignment.activityWeight = weight
                    draft.tracking.activityWeight = weight
                }),
            TrainingKey(
                name: "window",
                explanation: "assignment: blocks of 100 ms for which an assignment is fixed; 0: the whole sequence.",
                domain: "0 to 6000", example: .integer(AssignmentLossSettings().window ?? 0),
                exampleIsDefault: true,
                value: { $0.settings.loss.assignment.map { .integer($0.window ?? 0) } },
                read: { section, _, draft in
                    guard let window = section.integer("window", in: 0...6000, &draft.faults) else { return }
                    draft.assignment.window = window == 0 ? nil : window
                }),
            TrainingKey(
                name: "distance",
                explanation: """
                    assignment: unit: distance between the direction of an output and its source. raw: between the output vector,
                    including its length, and its source.
                    """,
                domain: names(of: AssignmentLossSettings.Distance.self),
                example: .text(AssignmentLossSettings().distance.rawValue), exampleIsDefault: true,
                value: { $0.settings.loss.assignment.map { .text($0.distance.rawValue) } },
                read: { section, _, draft in
                    if let distance: AssignmentLossSettings.Distance = section.choice("distance", &draft.faults) {
                        draft.assignment.distance = distance
                    }
                }),
            weight(
                "position_weight", \.assignment, \.assignment, \.positionWeight, AssignmentLossSettings(),
                "assignment: weight of the distance between output and source."),
            weight(
                "activity_degrees", \.assignment, \.assignment, \.activityDegrees, AssignmentLossSettings(),
                """
                assignment: angular error in degrees at which the target of the activity is one half, so that the network reports a
                source only if it knows the direction. 0: the target is 1 for every active source.
                """, range: 0...90),
            weight(
                "match_weight", \.assignment, \.assignment, \.matchWeight, AssignmentLossSettings(),
                "assignment: weight of misses, false tracks and identity switches, counted smoothly within 20 degrees."),
            .path(
                "teacher", \.teacher, example: "models/foa-paper.safetensors",
                """
                assignment: a teacher model whose outputs are learnt besides the labels, such as a bidirectional one. It has the same
                features and at most as many tracks. Its scaler is used, and must equal that of `initial`, if given.
                """),
            .number("teacher_weight", 0...1, \.teacherWeight, "assignment: share of the teacher in the loss; labels have the rest."),
            weight(
                "mse_weight", \.tracking, \.tracking, \.squaredErrorWeight, TrackingLossSettings(),
                "tracking: weight of the mean squared error without association, the paper's baseline."),
            weight(
                "motp_weight", \.tracking, \.tracking, \.positionWeight, TrackingLossSettings(),
                "tracking: weight of dMOTp, the distance under a soft association."),
            weight(
                "mota_weight", \.tracking, \.tracking, \.trackingWeight, TrackingLossSettings(),
                "tracking: weight of dMOTa: misses, false tracks and identity switches."),
            weight(
                "switch_weight", \.tracking, \.tracking, \.switchWeight, TrackingLossSettings(),
                "tracking: weight of an identity switch relative to a miss and a false track, within dMOTa."),
            weight(
                "association_gradient", \.tracking, \.tracking, \.associationGradient, TrackingLossSettings(),
                """
                tracking: share of the gradient with respect to the association that passes through Hnet or Sinkhorn's; 1 is the
                formula, as advised for sinkhorn; 0 treats the association as constant, like the exact one.
                """, range: 0...1),
            TrainingKey(
                name: "association",
                explanation: """
                    tracking: association of outputs with sources. hnet: by a network that passes gradients. exact: by the best assignment
                    of each block, which passes none. sinkhorn: by entropic optimal transport, which passes them without a network and
                    becomes exact as its temperature falls.
                    """,
                domain: names(of: TrackingLossSettings.Association.self),
                example: .text(TrackingLossSettings().association.rawValue), exampleIsDefault: true,
                value: { $0.settings.loss.tracking.map { .text($0.association.rawValue) } },
                read: { section, _, draft in
                    if let association: TrackingLossSettings.Association = section.choice("association", &draft.faults) {
                        draft.tracking.association = association
                    }
                }),
            weight(
                "sinkhorn_start", \.tracking, \.tracking, \.sinkhornStart, TrackingLossSettings(),
                """
                tracking: temperature of the association sinkhorn in the first step, in the unit of the distances (0 to 2); it
                falls geometrically.
                """, range: TrackingLossSettings.temperatures),
            weight(
                "sinkhorn_end", \.tracking, \.tracking, \.sinkhornEnd, TrackingLossSettings(),
                "tracking: its temperature in the last step; at most sinkhorn_start.", range: TrackingLossSettings.temperatures),
            .path(
                "hnet", \.hnet, example: "models/hnet-2.safetensors",
                """
                tracking: Hungarian network, from `bearing train-hnet`. Default: the shipped one for max_tracks.
                """),
        ]
    }

    /// A weight of one of the two losses: its place in the settings, in a draft and in that loss.
    private static func weight<Loss>(
        _ name: String, _ settings: KeyPath<LossSettings, Loss?>, _ draft: WritableKeyPath<TrainingDraft, Loss>,
        _ weight: WritableKeyPath<Loss, Double>, _ standard: Loss, _ explanation: String, range: ClosedRange<Double> = 0...1000
    ) -> TrainingKey {
        TrainingKey(
            name: name, explanation: explanation, domain: "\(short(range.lowerBound)) to \(short(range.upperBound))",
            example: .number(standard[keyPath: weight]),
            exampleIsDefault: true,
            value: { $0.settings.loss[keyPath: settings].map { .number($0[keyPath: weight]) } },
            read: { section, _, reading in
                guard let value = section.number(name, in: range, &reading.faults) else { return }
                reading[keyPath: draft][keyPath: weight] = value
            })
    }
}
