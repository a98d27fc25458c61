using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>The services a generated city gives its zones.</summary>
internal static class Services
{
    public static readonly ServiceId Power = new("power");
    public static readonly ServiceId Water = new("water");
    public static readonly ServiceId Telecom = new("telecom");
    public static readonly ServiceId Transport = new("transport");
    public static readonly ServiceId Health = new("health");
    public static readonly ServiceId Waste = new("waste");
    public static readonly ServiceId CitizenServices = new("citizen-services");
}
