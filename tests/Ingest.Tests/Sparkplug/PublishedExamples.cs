namespace CityTwin.Ingest.Tests.Sparkplug;

/// <summary>
/// The examples of the Eclipse Sparkplug Specification 3.0, chapter 6, NBIRTH to DDEATH (edge node <c>Raspberry Pi</c> with the device
/// <c>Pibrella</c>), as protoc encodes them by the schema published with the specification: so the field numbers read here are
/// held against somebody else's.
/// </summary>
internal static class PublishedExamples
{
    public const string Group = "Sparkplug B Devices";

    /// <summary>All timestamps of the examples.</summary>
    public static DateTimeOffset At { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1486144502122);

    /// <summary>NBIRTH: seq 0, bdSeq 0, Supply Voltage 12.1.</summary>
    public static byte[] NodeBirth { get; } = Convert.FromHexString(
            "08eaf2f5a8a02b12120a05626453657118eaf2f5a8a02b2004580012200a134e6f646520436f6e74726f6c2f5265626f6f7418eaf2f5a8a02b200b700012210a144e6f646520436f6e7472"
            + "6f6c2f5265626972746818eaf2f5a8a02b200b700012250a184e6f646520436f6e74726f6c2f4e6578742053657276657218eaf2f5a8a02b200b700012240a164e6f646520436f6e74726f"
            + "6c2f5363616e205261746518eaf2f5a8a02b200458b81712310a1850726f706572746965732f4861726477617265204d616b6518eaf2f5a8a02b200c7a0c52617370626572727920506912"
            + "320a1950726f706572746965732f4861726477617265204d6f64656c18eaf2f5a8a02b200c7a0c50692033204d6f64656c204212220a0d50726f706572746965732f4f5318eaf2f5a8a02b"
            + "200c7a08526173706269616e123e0a1550726f706572746965732f4f532056657273696f6e18eaf2f5a8a02b200c7a1c4a6573736965207769746820504958454c2f31312e30312e323031"
            + "37121e0a0e537570706c7920566f6c7461676518eaf2f5a8a02b2009659a9941411800");

    /// <summary>DBIRTH: seq 1, fourteen metrics.</summary>
    public static byte[] DeviceBirth { get; } = Convert.FromHexString(
            "08eaf2f5a8a02b12150a08496e707574732f4118eaf2f5a8a02b200b700012150a08496e707574732f4218eaf2f5a8a02b200b700012150a08496e707574732f4318eaf2f5a8a02b200b70"
            + "0012150a08496e707574732f4418eaf2f5a8a02b200b7000121a0a0d496e707574732f427574746f6e18eaf2f5a8a02b200b700012160a094f7574707574732f4518eaf2f5a8a02b200b70"
            + "0012160a094f7574707574732f4618eaf2f5a8a02b200b700012160a094f7574707574732f4718eaf2f5a8a02b200b700012160a094f7574707574732f4818eaf2f5a8a02b200b7000121f"
            + "0a124f7574707574732f4c4544732f477265656e18eaf2f5a8a02b200b7000121d0a104f7574707574732f4c4544732f52656418eaf2f5a8a02b200b700012200a134f7574707574732f4c"
            + "4544732f59656c6c6f7718eaf2f5a8a02b200b7000121b0a0e4f7574707574732f42757a7a657218eaf2f5a8a02b200b7000122d0a1850726f706572746965732f4861726477617265204d"
            + "616b6518eaf2f5a8a02b200c7a0850696272656c6c611801");

    /// <summary>NDATA: seq 2, Supply Voltage 12.3.</summary>
    public static byte[] NodeData { get; } = Convert.FromHexString(
            "08eaf2f5a8a02b121e0a0e537570706c7920566f6c7461676518eaf2f5a8a02b200965cdcc44411802");

    /// <summary>DDATA: seq 0, Inputs/A and Inputs/C true.</summary>
    public static byte[] DeviceData { get; } = Convert.FromHexString(
            "08eaf2f5a8a02b12150a08496e707574732f4118eaf2f5a8a02b200b700112150a08496e707574732f4318eaf2f5a8a02b200b70011800");

    /// <summary>NCMD: What a host sends to have everything said again.</summary>
    public static byte[] Rebirth { get; } = Convert.FromHexString(
            "08eaf2f5a8a02b12210a144e6f646520436f6e74726f6c2f5265626972746818eaf2f5a8a02b200b7001");

    /// <summary>NDEATH: bdSeq 0.</summary>
    public static byte[] NodeDeath { get; } = Convert.FromHexString(
            "08eaf2f5a8a02b12120a05626453657118eaf2f5a8a02b20085800");

    /// <summary>DDEATH: seq 123.</summary>
    public static byte[] DeviceDeath { get; } = Convert.FromHexString(
            "08eaf2f5a8a02b187b");

    /// <summary>
    /// Not of the specification, but encoded by its schema: seq 255; alias 7 "Level" Int32 -10, alias 8 "Pump" null, alias 9 "Bad" Double 2.5 of
    /// quality 0, and alias 7 again, historical, 122 ms before, 5.
    /// </summary>
    public static byte[] Mixed { get; } = Convert.FromHexString(
            "08eaf2f5a8a02b12180a054c6576656c100718eaf2f5a8a02b200350f6ffffff0f12130a0450756d70100818eaf2f5a8a02b200b3801122a0a03426164100918eaf2f5a8a02b200a4a0f0a"
            + "075175616c697479120408031800690000000000000440120d100718f0f1f5a8a02b2801500518ff01");
}
