public import ArgumentParser
public import Dataset
public import Formats
public import Losses
public import Networks
public import Reproduction
import Training

// Values of options that have the names used in model files and data sets.

extension DatasetFormat: ExpressibleByArgument {}
extension DOAnetArchitecture.Form: ExpressibleByArgument {}
extension WeightType: ExpressibleByArgument {}
extension TrackingLossSettings.Association: ExpressibleByArgument {}
extension TableRow: ExpressibleByArgument {}
