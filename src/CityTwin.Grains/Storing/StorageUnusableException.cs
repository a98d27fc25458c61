namespace CityTwin.Grains.Storing;

/// <summary>The storage cannot be used as it is: not writable, damaged, or made by a newer version. The message is one line for the operator.</summary>
[GenerateSerializer, Alias("storage-unusable")]
public sealed class StorageUnusableException(string message, Exception? cause = null) : Exception(message, cause);
