namespace CityTwin.Console.Api;

/// <summary>The API refused, or could not be reached; the message is for the operator.</summary>
public sealed class CityApiException(string message) : Exception(message);
