using CityTwin.Core.Model;

namespace CityTwin.Core.Sensing;

/// <summary>What history keeps of a believed reading.</summary>
/// <param name="ReceivedAt">When it arrived.</param>
/// <param name="Condition">How far the sensor was believed with it; of a late reading, how far it is believed by itself.</param>
/// <param name="MayBeKept">
/// Nothing in the sensor's state says that it is new: whoever adds it looks first. All other readings are added unseen,
/// because they are saved with the state that will know them again.
/// </param>
public sealed record KeptReading(Reading Reading, DateTimeOffset ReceivedAt, SensorCondition Condition, bool MayBeKept);
