public import ArgumentParser
public import Dataset
public import Formats
public import Networks
import Training

// Values of options that have the names used in model files and data sets.

extension DatasetFormat: ExpressibleByArgument {}
extension DOAnetArchitecture.Form: ExpressibleByArgument {}
extension WeightType: ExpressibleByArgument {}
