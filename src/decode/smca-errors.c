// SPDX-License-Identifier: GPL-2.0-only
#include "decode/smca-errors.h"

#include <stdbool.h>

#include "event/bits.h"
#include "util/cleanup.h"

/*
 * AMD PPRs, "MCA Banks", MCA_STATUS_<unit> table of ErrorCodeExt: family 17h
 * models 01h (54945) and 31h (55803), family 19h models 01h (55898) and 11h (55901), family
 * 1Ah model 02h (57238). Codes and units of MI200 and MI300, and those that only
 * some models have, are taken as facts from AMD's patches to the Linux kernel and rasdaemon;
 * a code stands here if any model has it.
 */
/* clang-format off */

/* LS, McaType 0: family 17h */
static const char *const ls_errors[] = {
	[0] = "Load queue parity error",
	[1] = "Store queue parity error",
	[2] = "Miss address buffer payload parity error",
	[3] = "L1 TLB parity error",
	[4] = "Data cache tag error, type 5",
	[5] = "Data cache tag error, type 6",
	[6] = "Data cache tag error, type 1",
	[7] = "Internal error, type 1",
	[8] = "Internal error, type 2",
	[9] = "System read data error, thread 0",
	[10] = "System read data error, thread 1",
	[11] = "Data cache tag error, type 2",
	[12] = "Data cache data error, type 1 (poison consumed)",
	[13] = "Data cache data error, type 2",
	[14] = "Data cache data error, type 3",
	[15] = "Data cache tag error, type 4",
	[16] = "L2 TLB parity error",
	[17] = "Page directory cache parity error",
	[18] = "Data cache tag error, type 3",
	[19] = "Data cache tag error, type 5",
	[20] = "L2 fill data error",
	[21] = "Store coalescing buffer state or address error",
	[22] = "Store coalescing buffer data error, commit pipe 0",
	[23] = "Store coalescing buffer data error, commit pipe 1",
	[24] = "Store coalescing buffer data error, uncacheable DRAM or I/O",
	[25] = "System read data error at the write combining buffer",
	[26] = "Hardware assertion",
};

/* LS, McaType 10h: family 17h model 30h and later */
static const char *const ls2_errors[] = {
	[0] = "Data cache ECC error, probe or victim read",
	[1] = "Data cache ECC error or L2 poison, load",
	[2] = "Data cache ECC error, read-modify-write store",
	[3] = "Data cache tag ECC error or poison mismatch, probe or victim",
	[4] = "Data cache tag ECC error or poison mismatch, load",
	[5] = "Data cache tag ECC error or poison mismatch, store",
	[6] = "EMEM ECC error, load",
	[7] = "EMEM ECC error, read-modify-write store",
	[8] = "L1 TLB parity error",
	[9] = "L2 TLB parity error",
	[10] = "Page walk cache parity error",
	[11] = "Store queue parity error",
	[12] = "Load queue parity error",
	[13] = "Miss address buffer parity error",
	[14] = "Store coalescing buffer state parity error",
	[15] = "Store coalescing buffer address parity error",
	[16] = "Store coalescing buffer data parity error",
	[17] = "Write combining buffer parity error",
	[18] = "Store coalescing buffer holds a poisoned line",
	[19] = "System read data error, load",
	[20] = "System read data error, store coalescing buffer store",
	[21] = "System read data error, write combining buffer store",
	[22] = "Hardware assertion",
	[23] = "Store forwarding, store mask or store data parity error",
};

/* IF */
static const char *const if_errors[] = {
	[0] = "Microtag probe port parity error",
	[1] = "Instruction cache tag hit in several ways",
	[2] = "Instruction cache full tag parity error",
	[3] = "Instruction cache data parity error",
	[4] = "PRQ parity error",
	[5] = "L0 instruction TLB parity error",
	[6] = "L1 instruction TLB parity error",
	[7] = "L2 instruction TLB parity error",
	[8] = "Branch prediction queue snoop parity error, thread 0",
	[9] = "Branch prediction queue snoop parity error, thread 1",
	[10] = "L1 branch target buffer hit in several ways",
	[11] = "L2 branch target buffer hit in several ways",
	[12] = "Poison in an L2 cache response",
	[13] = "System read data error",
	[14] = "Hardware assertion",
	[15] = "L1 instruction TLB hit in several ways",
	[16] = "L2 instruction TLB hit in several ways",
	[17] = "BSR parity error",
	[18] = "CT machine check",
};

/* L2 */
static const char *const l2_errors[] = {
	[0] = "L2 tag hit in several ways",
	[1] = "L2 tag or state ECC error",
	[2] = "L2 data ECC error",
	[3] = "Hardware assertion",
	[4] = "SDP read response parity error",
	[5] = "Started by the programmable state machine",
};

/* DE */
static const char *const de_errors[] = {
	[0] = "Micro-op cache tag parity error",
	[1] = "Micro-op cache data parity error",
	[2] = "Instruction byte buffer parity error",
	[3] = "Micro-op queue parity error",
	[4] = "Instruction dispatch queue parity error",
	[5] = "Fetch address FIFO parity error",
	[6] = "Patch RAM data parity error",
	[7] = "Patch RAM sequencer parity error",
	[8] = "Micro-op fetch queue parity error",
	[9] = "Hardware assertion",
};

/* EX */
static const char *const ex_errors[] = {
	[0] = "Watchdog timeout",
	[1] = "Physical register file parity error",
	[2] = "Flag register file parity error",
	[3] = "Immediate displacement register file parity error",
	[4] = "Address generator payload parity error",
	[5] = "Execution payload parity error",
	[6] = "Checkpoint queue parity error",
	[7] = "Retire dispatch queue parity error",
	[8] = "Retire status queue parity error",
	[9] = "Scheduler queue parity error",
	[10] = "Branch buffer queue parity error",
	[11] = "Hardware assertion",
	[12] = "Speculative map parity error",
	[13] = "Retire map parity error",
};

/* FP */
static const char *const fp_errors[] = {
	[0] = "Physical register file parity error",
	[1] = "Free list parity error",
	[2] = "Scheduler queue parity error",
	[3] = "Non-scheduling queue parity error",
	[4] = "Retire queue parity error",
	[5] = "Status register file parity error",
	[6] = "Hardware assertion",
	[7] = "Mask register file parity error",
};

/* L3 */
static const char *const l3_errors[] = {
	[0] = "Shadow tag ECC error",
	[1] = "Shadow tag hit in several ways",
	[2] = "L3 tag ECC error",
	[3] = "L3 tag hit in several ways",
	[4] = "L3 data ECC error",
	[5] = "SDP parity error or poison from the XI",
	[6] = "L3 victim queue data fabric error",
	[7] = "Hardware assertion",
	[8] = "XI write combining buffer parity error turned into poison",
	[9] = "Started by a DSM action",
};

/* CS, McaType 0: family 17h */
static const char *const cs_errors[] = {
	[0] = "Illegal request",
	[1] = "Address violation",
	[2] = "Security violation",
	[3] = "Illegal response",
	[4] = "Unexpected response",
	[5] = "Request or probe parity error",
	[6] = "Read response parity error",
	[7] = "Atomic request parity error",
	[8] = "Probe filter ECC error",
};

/* CS, McaType 2: family 17h model 30h and later */
static const char *const cs2_errors[] = {
	[0] = "Illegal request",
	[1] = "Address violation",
	[2] = "Security violation",
	[3] = "Illegal response",
	[4] = "Unexpected response",
	[5] = "Request or probe parity error",
	[6] = "Read response parity error",
	[7] = "Atomic request parity error",
	[8] = "SDP read response without a match in the queue",
	[9] = "Probe filter protocol error",
	[10] = "Probe filter ECC error",
	[11] = "Unexpected retry in an SDP read response",
	[12] = "Counter overflow",
	[13] = "Counter underflow",
	[14] = "Illegal request on the no-data channel",
	[15] = "Address violation on the no-data channel",
	[16] = "Security violation on the no-data channel",
	[17] = "Hardware assertion",
	[18] = "Shadow tag protocol error",
	[19] = "Shadow tag ECC error",
	[20] = "Shadow tag transaction error",
};

/* The same where codes 9 to 13 are numbered otherwise: revision guide for family 19h model 10h, erratum 1384 */
static const char *const cs2_renumbered_errors[] = {
	[0] = "Illegal request",
	[1] = "Address violation",
	[2] = "Security violation",
	[3] = "Illegal response",
	[4] = "Unexpected response",
	[5] = "Request or probe parity error",
	[6] = "Read response parity error",
	[7] = "Atomic request parity error",
	[8] = "SDP read response without a match in the queue",
	[9] = "Unexpected retry in an SDP read response",
	[10] = "Counter overflow",
	[11] = "Counter underflow",
	[12] = "Probe filter protocol error",
	[13] = "Probe filter ECC error",
	[14] = "Illegal request on the no-data channel",
	[15] = "Address violation on the no-data channel",
	[16] = "Security violation on the no-data channel",
	[17] = "Hardware assertion",
};

/* PIE */
static const char *const pie_errors[] = {
	[0] = "Hardware assertion",
	[1] = "Register security violation",
	[2] = "Link error",
	[3] = "Poison consumed",
	[4] = "Deferred error in the data fabric",
	[5] = "Watchdog timeout",
	[6] = "SRAM ECC error in the CNLI",
	[7] = "Register access while the data fabric sleeps",
	[8] = "DSM error",
};

/* UMC, McaType 0 */
static const char *const umc_errors[] = {
	[0] = "DRAM ECC error",
	[1] = "Poison in data for DRAM",
	[2] = "SDP parity error",
	[3] = "Advanced peripheral bus error",
	[4] = "Command or address parity error",
	[5] = "Write data CRC error",
	[6] = "DCQ SRAM ECC error",
	[7] = "AES SRAM ECC error",
	[8] = "ECS row error",
	[9] = "ECS error",
	[10] = "Throttling",
	[11] = "Read data CRC error",
	[16] = "RFM SRAM ECC error",
};

/* The same on MI300A, with HBM */
static const char *const umc_hbm_errors[] = {
	[0] = "DRAM on-die ECC error",
	[1] = "Poison in data",
	[2] = "SDP parity error",
	[4] = "Command or address parity error",
	[5] = "HBM write data parity error",
	[6] = "SRAM ECC error",
	[9] = "Read buffer SRAM ECC error",
	[10] = "Thermal throttling",
	[11] = "HBM read data parity error",
	[13] = "Firmware error",
	[14] = "SRAM parity error",
	[15] = "HBM CRC error",
};

/* UMC, McaType 1: MI200 and MI300, with HBM */
static const char *const umc2_errors[] = {
	[0] = "DRAM ECC error",
	[1] = "Poison in data",
	[2] = "SDP parity error",
	[4] = "Command or address parity error",
	[5] = "Write data parity error",
	[6] = "DCQ SRAM ECC error",
	[8] = "Read data parity error",
	[9] = "Read buffer SRAM ECC error",
	[10] = "Read response SRAM ECC error",
	[11] = "Microprocessor error",
};

/* MA_LLC: MI300 */
static const char *const ma_llc_errors[] = {
	[0] = "Counter overflow",
	[1] = "Counter underflow",
	[2] = "Write data parity error",
	[3] = "Read response parity error",
	[4] = "Cache tag ECC error, macro 0",
	[5] = "Cache tag ECC error, macro 1",
	[6] = "Cache data ECC error",
};

/* PB */
static const char *const pb_errors[] = {
	[0] = "Parameter block RAM ECC error",
};

/* PSP, McaType 0 */
static const char *const psp_errors[] = {
	[0] = "RAM ECC or parity error",
};

/* PSP, McaType 1 */
static const char *const psp2_errors[] = {
	[0] = "High SRAM ECC or parity error",
	[1] = "Low SRAM ECC or parity error",
	[2] = "Instruction cache bank 0 ECC or parity error",
	[3] = "Instruction cache bank 1 ECC or parity error",
	[4] = "Instruction tag RAM 0 parity error",
	[5] = "Instruction tag RAM 1 parity error",
	[6] = "Data cache bank 0 ECC or parity error",
	[7] = "Data cache bank 1 ECC or parity error",
	[8] = "Data cache bank 2 ECC or parity error",
	[9] = "Data cache bank 3 ECC or parity error",
	[10] = "Data tag bank 0 parity error",
	[11] = "Data tag bank 1 parity error",
	[12] = "Data tag bank 2 parity error",
	[13] = "Data tag bank 3 parity error",
	[14] = "Dirty data RAM parity error",
	[15] = "TLB bank 0 parity error",
	[16] = "TLB bank 1 parity error",
	[17] = "System hub read buffer ECC or parity error",
	[18] = "Fuse SRAM ECC or parity error",
	[19] = "PCRU fuse SRAM ECC or parity error",
	[20] = "SIB SRAM parity error",
	[21] = "Security processor SECEMC error",
	[22] = "Security processor core hang",
	[23] = "SIB watchdog timeout",
};

/* SMU, McaType 0 */
static const char *const smu_errors[] = {
	[0] = "RAM ECC or parity error",
};

/* SMU, McaType 1; codes 58 to 62: MI300 */
static const char *const smu2_errors[] = {
	[0] = "High SRAM ECC or parity error",
	[1] = "Low SRAM ECC or parity error",
	[2] = "Data cache bank A ECC or parity error",
	[3] = "Data cache bank B ECC or parity error",
	[4] = "Data tag bank A ECC or parity error",
	[5] = "Data tag bank B ECC or parity error",
	[6] = "Instruction cache bank A ECC or parity error",
	[7] = "Instruction cache bank B ECC or parity error",
	[8] = "Instruction tag bank A ECC or parity error",
	[9] = "Instruction tag bank B ECC or parity error",
	[10] = "System hub read buffer ECC or parity error",
	[11] = "PHY RAS ECC error",
	[58] = "Correctable error of a graphics unit",
	[59] = "Fatal error of a graphics unit",
	[62] = "Poison error of a graphics unit",
};

/* MP5 */
static const char *const mp5_errors[] = {
	[0] = "High SRAM ECC or parity error",
	[1] = "Low SRAM ECC or parity error",
	[2] = "Data cache bank A ECC or parity error",
	[3] = "Data cache bank B ECC or parity error",
	[4] = "Data tag bank A ECC or parity error",
	[5] = "Data tag bank B ECC or parity error",
	[6] = "Instruction cache bank A ECC or parity error",
	[7] = "Instruction cache bank B ECC or parity error",
	[8] = "Instruction tag bank A ECC or parity error",
	[9] = "Instruction tag bank B ECC or parity error",
	[10] = "Fuse SRAM ECC or parity error",
};

/* MPDMA; codes 4 to 27 are three processors with the same eight memories */
static const char *const mpdma_errors[] = {
	[0] = "Main SRAM [31:0] bank ECC or parity error",
	[1] = "Main SRAM [63:32] bank ECC or parity error",
	[2] = "Main SRAM [95:64] bank ECC or parity error",
	[3] = "Main SRAM [127:96] bank ECC or parity error",
	[4] = "Data cache bank A ECC or parity error",
	[5] = "Data cache bank B ECC or parity error",
	[6] = "Data tag bank A ECC or parity error",
	[7] = "Data tag bank B ECC or parity error",
	[8] = "Instruction cache bank A ECC or parity error",
	[9] = "Instruction cache bank B ECC or parity error",
	[10] = "Instruction tag bank A ECC or parity error",
	[11] = "Instruction tag bank B ECC or parity error",
	[12] = "Data cache bank A ECC or parity error",
	[13] = "Data cache bank B ECC or parity error",
	[14] = "Data tag bank A ECC or parity error",
	[15] = "Data tag bank B ECC or parity error",
	[16] = "Instruction cache bank A ECC or parity error",
	[17] = "Instruction cache bank B ECC or parity error",
	[18] = "Instruction tag bank A ECC or parity error",
	[19] = "Instruction tag bank B ECC or parity error",
	[20] = "Data cache bank A ECC or parity error",
	[21] = "Data cache bank B ECC or parity error",
	[22] = "Data tag bank A ECC or parity error",
	[23] = "Data tag bank B ECC or parity error",
	[24] = "Instruction cache bank A ECC or parity error",
	[25] = "Instruction cache bank B ECC or parity error",
	[26] = "Instruction tag bank A ECC or parity error",
	[27] = "Instruction tag bank B ECC or parity error",
	[28] = "System hub read buffer ECC or parity error",
	[29] = "TVF DVSEC memory ECC or parity error",
	[30] = "TVF MMIO mailbox 0 ECC or parity error",
	[31] = "TVF MMIO mailbox 1 ECC or parity error",
	[32] = "TVF doorbell memory ECC or parity error",
	[33] = "TVF SDP slave memory 0 ECC or parity error",
	[34] = "TVF SDP slave memory 1 ECC or parity error",
	[35] = "TVF SDP slave memory 2 ECC or parity error",
	[36] = "TVF SDP master memory 0 ECC or parity error",
	[37] = "TVF SDP master memory 1 ECC or parity error",
	[38] = "TVF SDP master memory 2 ECC or parity error",
	[39] = "TVF SDP master memory 3 ECC or parity error",
	[40] = "TVF SDP master memory 4 ECC or parity error",
	[41] = "TVF SDP master memory 5 ECC or parity error",
	[42] = "TVF SDP master memory 6 ECC or parity error",
	[43] = "SDP watchdog timeout",
	[44] = "PTE command FIFO ECC or parity error",
	[45] = "PTE hub data FIFO ECC or parity error",
	[46] = "PTE internal data FIFO ECC or parity error",
	[47] = "PTE command memory, DMA ECC or parity error",
	[48] = "PTE command memory, internal ECC or parity error",
	[49] = "TVF SDP master memory 7 ECC or parity error",
};

/* NBIO */
static const char *const nbio_errors[] = {
	[0] = "ECC or parity error",
	[1] = "PCI Express error",
	[2] = "External SDP error event",
	[3] = "SDP egress poison",
	[4] = "Internal poison",
	[5] = "Internal fatal error event",
};

/* PCIE, McaType 0 */
static const char *const pcie_errors[] = {
	[0] = "CCIX protocol error report",
	[1] = "CCIX read response: non-data error",
	[2] = "CCIX write response: non-data error",
	[3] = "CCIX read response: data error",
	[4] = "CCIX write response: not okay, with a data error",
};

/* PCIE, McaType 1 */
static const char *const pcie2_errors[] = {
	[0] = "SDP data parity error",
};

/* XGMI_PCS */
static const char *const xgmi_pcs_errors[] = {
	[0] = "Data loss",
	[1] = "Training error",
	[2] = "Flow control acknowledge error",
	[3] = "Receive FIFO underflow",
	[4] = "Receive FIFO overflow",
	[5] = "CRC error",
	[6] = "Bit error rate exceeded",
	[7] = "Transmit virtual channel data error",
	[8] = "Replay buffer parity error",
	[9] = "Data parity error",
	[10] = "Replay FIFO overflow",
	[11] = "Replay FIFO underflow",
	[12] = "Elastic FIFO overflow",
	[13] = "Deskew error",
	[14] = "Flow control CRC error",
	[15] = "Data startup limit exceeded",
	[16] = "Flow control initialization timeout",
	[17] = "Recovery timeout",
	[18] = "Ready serial timeout",
	[19] = "Ready serial attempts exceeded",
	[20] = "Recovery attempts exceeded",
	[21] = "Recovery relock attempts exceeded",
	[22] = "Replay attempts exceeded",
	[23] = "Sync header error",
	[24] = "Transmit replay timeout",
	[25] = "Receive replay timeout",
	[26] = "Sublink transmit timeout",
	[27] = "Sublink receive timeout",
	[28] = "Received command packet error",
};

/* XGMI_PHY, WAFL_PHY and GMI_PHY */
static const char *const phy_errors[] = {
	[0] = "RAM ECC error",
	[1] = "Microcontroller instruction buffer parity error",
	[2] = "Microcontroller data buffer parity error",
	[3] = "PHY peripheral bus error",
};

/* NBIF and SHUB */
static const char *const nbif_errors[] = {
	[0] = "Timeout error from GMI",
	[1] = "SRAM ECC error",
	[2] = "NTB error event",
	[3] = "SDP parity error",
};

/* SATA */
static const char *const sata_errors[] = {
	[0] = "Parity error, port 0",
	[1] = "Parity error, port 1",
	[2] = "Parity error, port 2",
	[3] = "Parity error, port 3",
	[4] = "Parity error, port 4",
	[5] = "Parity error, port 5",
	[6] = "Parity error, port 6",
	[7] = "Parity error, port 7",
};

/* USB */
static const char *const usb_errors[] = {
	[0] = "Parity or ECC error, S0 RAM 0",
	[1] = "Parity or ECC error, S0 RAM 1",
	[2] = "Parity or ECC error, S0 RAM 2",
	[3] = "Parity error, PHY RAM 0",
	[4] = "Parity error, PHY RAM 1",
	[5] = "AXI slave response error",
};

/* USR_DP */
static const char *const usr_dp_errors[] = {
	[0] = "Master command error",
	[1] = "Master receive FIFO error",
	[2] = "Master deskew error",
	[3] = "Master detect timeout",
	[4] = "Master flow control error",
	[5] = "Master data valid FIFO error",
	[6] = "MAC link state error",
	[7] = "Deskew error",
	[8] = "Initialization timeout",
	[9] = "Initialization attempts exceeded",
	[10] = "Recovery timeout",
	[11] = "Recovery attempts exceeded",
	[12] = "Eye training timeout",
	[13] = "Data startup limit exceeded",
	[14] = "LS0 exit error",
	[15] = "PLL power state update timeout",
	[16] = "Receive FIFO error",
	[17] = "LCU error",
	[18] = "Conv corrected ECC error",
	[19] = "Conv uncorrectable ECC error",
	[21] = "Receive data loss",
	[22] = "Replay corrected ECC error",
	[23] = "Replay uncorrectable ECC error",
	[24] = "CRC error",
	[25] = "Bit error rate exceeded",
	[26] = "Flow control initialization timeout",
	[27] = "Flow control initialization attempts exceeded",
	[28] = "Replay timeout",
	[29] = "Replay attempts exceeded",
	[30] = "Replay underflow",
	[31] = "Replay overflow",
};

/* USR_CP */
static const char *const usr_cp_errors[] = {
	[0] = "Packet type error",
	[1] = "Receive FIFO error",
	[2] = "Deskew error",
	[3] = "Receive detect timeout",
	[4] = "Data parity error",
	[5] = "Data loss",
	[6] = "LCU error",
	[7] = "HB1 handshake timeout",
	[8] = "HB2 handshake timeout",
	[9] = "Clock sleep response timeout",
	[10] = "Clock wake response timeout",
	[11] = "Reset attack",
	[12] = "Fatal error of the remote link",
};

/* GMI_PCS */
static const char *const gmi_pcs_errors[] = {
	[0] = "Data loss",
	[1] = "Training error",
	[2] = "Replay parity error",
	[3] = "Receive FIFO underflow",
	[4] = "Receive FIFO overflow",
	[5] = "CRC error",
	[6] = "Bit error rate exceeded",
	[7] = "Transmit FIFO underflow",
	[8] = "Replay buffer parity error",
	[9] = "Transmit overflow",
	[10] = "Replay FIFO overflow",
	[11] = "Replay FIFO underflow",
	[12] = "Elastic FIFO overflow",
	[13] = "Deskew error",
	[14] = "Offline error",
	[15] = "Data startup limit exceeded",
	[16] = "Flow control initialization timeout",
	[17] = "Recovery timeout",
	[18] = "Ready serial timeout",
	[19] = "Ready serial attempts exceeded",
	[20] = "Recovery attempts exceeded",
	[21] = "Recovery relock attempts exceeded",
	[22] = "Deskew abort",
	[23] = "Receive buffer error",
	[24] = "Receive LFDS FIFO overflow",
	[25] = "Receive LFDS FIFO underflow",
	[26] = "Sublink transmit timeout",
	[27] = "Sublink receive timeout",
	[28] = "Received command packet error",
	[29] = "LFDS training timeout",
	[30] = "LFDS flow control initialization timeout",
	[31] = "Data loss",
};

#define ROW(h, m, list) .hwid = (h), .mcatype = (m), .n = ARRAY_SIZE(list), .texts = (list)

static const struct smca_errors errors[] = {
	{ ROW(0x02e, 0x02, cs2_renumbered_errors),
	  .family = 0x19, .model_first = 0x10, .model_last = 0x1f },
	{ ROW(0x02e, 0x02, cs2_renumbered_errors),
	  .family = 0x19, .model_first = 0x60, .model_last = 0x7b },
	{ ROW(0x02e, 0x02, cs2_renumbered_errors),
	  .family = 0x19, .model_first = 0xa0, .model_last = 0xaf },
	{ ROW(0x02e, 0x02, cs2_renumbered_errors),
	  .family = 0x1a, .model_first = 0x40, .model_last = 0x4f },
	{ ROW(0x096, 0x00, umc_hbm_errors),
	  .family = 0x19, .model_first = 0x90, .model_last = 0x9f },
	{ ROW(0x0b0, 0x00, ls_errors) },
	{ ROW(0x0b0, 0x10, ls2_errors) },
	{ ROW(0x0b0, 0x01, if_errors) },
	{ ROW(0x0b0, 0x02, l2_errors) },
	{ ROW(0x0b0, 0x03, de_errors) },
	{ ROW(0x0b0, 0x05, ex_errors) },
	{ ROW(0x0b0, 0x06, fp_errors) },
	{ ROW(0x0b0, 0x07, l3_errors) },
	{ ROW(0x02e, 0x00, cs_errors) },
	{ ROW(0x02e, 0x01, pie_errors) },
	{ ROW(0x02e, 0x02, cs2_errors) },
	{ ROW(0x02e, 0x04, ma_llc_errors) },
	{ ROW(0x096, 0x00, umc_errors) },
	{ ROW(0x096, 0x01, umc2_errors) },
	{ ROW(0x005, 0x00, pb_errors) },
	{ ROW(0x0ff, 0x00, psp_errors) },
	{ ROW(0x0ff, 0x01, psp2_errors) },
	{ ROW(0x001, 0x00, smu_errors) },
	{ ROW(0x001, 0x01, smu2_errors) },
	{ ROW(0x001, 0x02, mp5_errors) },
	{ ROW(0x001, 0x03, mpdma_errors) },
	{ ROW(0x018, 0x00, nbio_errors) },
	{ ROW(0x046, 0x00, pcie_errors) },
	{ ROW(0x046, 0x01, pcie2_errors) },
	{ ROW(0x050, 0x00, xgmi_pcs_errors) },
	{ ROW(0x06c, 0x00, nbif_errors) },
	{ ROW(0x080, 0x00, nbif_errors) },
	{ ROW(0x0a8, 0x00, sata_errors) },
	{ ROW(0x0aa, 0x00, usb_errors) },
	{ ROW(0x170, 0x00, usr_dp_errors) },
	{ ROW(0x180, 0x00, usr_cp_errors) },
	{ ROW(0x241, 0x00, gmi_pcs_errors) },
	{ ROW(0x259, 0x00, phy_errors) },
	{ ROW(0x267, 0x00, phy_errors) },
	{ ROW(0x269, 0x00, phy_errors) },
};
/* clang-format on */

const struct smca_errors *smca_errors(size_t *ret_count)
{
	*ret_count = ARRAY_SIZE(errors);
	return errors;
}

static bool is_for(const struct smca_errors *row, uint64_t ipid, unsigned int family,
		   unsigned int model)
{
	if (row->hwid != bits(ipid, 43, 32) || row->mcatype != bits(ipid, 63, 48))
		return false;
	return !row->family ||
	       (row->family == family && model >= row->model_first && model <= row->model_last);
}

const char *smca_error_text(uint64_t ipid, unsigned int family, unsigned int model,
			    unsigned int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (is_for(&errors[i], ipid, family, model))
			return code < errors[i].n ? errors[i].texts[code] : NULL;
	return NULL;
}
