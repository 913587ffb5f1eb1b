/** A small valid file of each format, invented here, with a non-ASCII letter and a reference `ord-…` in every one. */
const nacha = (text: string): string => text.padEnd(94);

export const samples: Record<string, string> = {
  camt: `<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<Stmt><Id>S1</Id><Acct><Id><IBAN>DE89</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">12.50</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<NtryDtls><TxDtls><Refs><EndToEndId>ord-1</EndToEndId></Refs><RmtInf><Ustrd>Müller</Ustrd></RmtInf></TxDtls></NtryDtls>
</Ntry>
<Ntry><Amt Ccy="EUR">2.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<NtryDtls><TxDtls><Refs><EndToEndId>ord-2</EndToEndId></Refs></TxDtls></NtryDtls>
</Ntry>
</Stmt>
</BkToCstmrStmt></Document>
`,
  mt940: `:20:STMT1
:25:DE89370400440532013000
:28C:1/1
:60F:C261126EUR10,00
:61:2611271127C5,00NTRFord-1//B1
:86:/EREF/ord-1/REMI/Müller
:61:2611271127D2,50NTRFord-2//B2
:86:/EREF/ord-2/REMI/Refund
:62F:C261127EUR12,50
-
`,
  bai2: `01,BANK,US,261127,0600,1,80,,2/
02,US,BANK,1,261127,,USD,2/
03,A1,USD,010,1000,,,015,1250,,/
16,165,500,Z,B1,ord-1,Müller/
16,455,250,Z,B2,ord-2,Refund/
49,3000,4/
98,3000,1,6/
99,3000,1,8/
`,
  nacha: [
    nacha(`101 091400606 6910001341811270306A094101${'BANK'.padEnd(23)}LARKSPUR`),
    nacha(`5200${'LARKSPUR'.padEnd(36)}1234567890PPDCOLLECT         261127   1091000010000001`),
    nacha(
      `627091400606123456789        0000000500${'ord-1'.padEnd(15)}${'Müller'.padEnd(22)}  0091000010000001`,
    ),
    nacha(
      `627091400606123456789        0000000250${'ord-2'.padEnd(15)}${'JANE'.padEnd(22)}  0091000010000002`,
    ),
    nacha(`820000000200182801200000000007500000000000001234567890${''.padEnd(25)}091000010000001`),
    nacha('9000001000001000000020018280120000000000750000000000000'),
    '',
  ].join('\n'),
  'stripe-payouts': `balance_transaction_id,automatic_payout_id,currency,gross,fee,net,reporting_category,source_id,order_id,description
txn_1,po_1,eur,5.00,0.10,4.90,charge,ch_1,ord-1,Müller
txn_2,po_1,eur,-2.50,0,-2.50,refund,re_1,ord-2,Refund
`,
  'adyen-settlement': `Merchant Account,Psp Reference,Merchant Reference,Creation Date,Type,Gross Currency,Gross Debit (GC),Gross Credit (GC),Net Currency,Net Debit (NC),Net Credit (NC),Markup (NC),Batch Number
Müller,P1,ord-1,2026-11-27 10:00:00,Settled,EUR,,5.00,EUR,,4.90,0.10,1
Müller,P2,ord-2,2026-11-27 10:00:00,Refunded,EUR,2.50,,EUR,2.50,,,1
`,
  paypal: `"RH","2026/11/28 04:00:00 -0800","A","ACC1",9
"SH","2026/11/27 00:00:00 -0800","2026/11/27 23:59:59 -0800","ACC1",""
"CH","Transaction ID","Invoice ID","Transaction Event Code","Transaction Completion Date","Transaction Debit or Credit","Gross Transaction Amount","Gross Transaction Currency","Fee Debit or Credit","Fee Amount","Fee Currency","Custom Field"
"SB","T1","ord-1","T0006","2026/11/27 10:00:00 -0800","CR",500,"EUR","DR",10,"EUR","Müller"
"SB","T2","ord-2","T1107","2026/11/27 10:00:00 -0800","DR",250,"EUR","",,"",""
"SF","EUR",500,250,0,10
"SC",2
"RC",2
`,
  'trustly-funding': `H,P11KFUN,1.0.0,2026-11-26T12:00:00.000Z,2026-11-27T12:00:00.000Z,4711,0001of0001
F,Bank One,,TR1,USD,2.40,2,2026-11-27T10:00:00.000Z
I,9001,2026-11-25T10:00:00.000Z,8001,4711,Deferred,1,1,12,ord-1 Müller,Capture,Completed,2026-11-26T10:00:00.000Z,2026-11-26T09:00:00.000Z,USD,5.00,TR1,AC118,77,Sale,ord-1,ptx-1,-0.10
I,9002,2026-11-25T10:00:00.000Z,8002,4711,Deferred,1,1,12,ord-2,Refund,Processed,2026-11-26T10:00:00.000Z,2026-11-26T09:00:00.000Z,USD,-2.50,TR1,AC118,77,Refund,ord-2,ptx-2,
L,2,2.50,1,2.40
`,
  checkout: `Payment ID,Action Type,Reference,Processed On,Holding Currency,Payout ID,Breakdown Type,Holding Currency Amount
pay_1,Capture,ord-1 Müller,2026-11-26T10:00:01.456,EUR,PO1,Capture,5.00
pay_2,Refund,ord-2,2026-11-26T10:00:01,EUR,PO1,Refund,-2.50
`,
  dlocal: `ROW_TYPE,TRANSFER_ID,TRANSFER_DATE,SETTLEMENT_CURRENCY
HEADER,T-9,2026-11-27,USD
ROW_TYPE,DLOCAL_TRANSACTION_ID,TRANSACTION_ID,APPROVED_DATE,GROSS_AMOUNT,FEE_AMOUNT,NET_AMOUNT
TRANSACTION,T-1,ord-1 Müller,2026-11-25 10:00:01,5.00,-0.10,4.90
REFUND,T-2,ord-2,2026-11-25 10:00:01,-2.50,0,-2.50
`,
  trustly: `datestamp,accountname,currency,amount,total,orderid,ordertype,messageid,settlementbankwithdrawalid,externalreference
2026-11-27 12:52:22.293626+00,SUSPENSE,EUR,5.00,2.50,1,Deposit,m-1 Müller,1434,ord-1
2026-11-27 12:52:22.293626+00,QUEUED,EUR,-2.50,2.50,2,Refund,m-2,1434,ord-2
`,
};
