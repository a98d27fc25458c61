using System.Globalization;
using CityTwin.Core.Views;

namespace CityTwin.Api.Reading;

/// <summary>
/// A place in the life of the city, as handed out: the sequence, the change log it belongs to, and the definition then in
/// force. To callers it is opaque.
/// </summary>
internal readonly record struct VersionToken(long Seq, string Epoch, string Definition)
{
    private const int DefinitionLength = 8;

    public static VersionToken Of(CityVersion version, long? seq = null) =>
        new(seq ?? version.Seq, version.Epoch, Short(version.Index.City.Hash.Value));

    public static VersionToken? Parse(string text) =>
        text.Split('.') is [var seq, var epoch, var definition]
        && long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(number, epoch, definition)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seq}.{Epoch}.{Definition}");

    private static string Short(string hash) => hash.Length > DefinitionLength ? hash[..DefinitionLength] : hash;
}
